"""What benches serve in processes of their own: ours, the peer, and the limit, side by side."""
