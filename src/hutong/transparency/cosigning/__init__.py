"""
Witnessing: venues look at each other's logs, so that none can show different people different
histories (LO-3; C2SP tlog-witness).

    as a witness   peer's log ── checkpoint + consistency proof ──► check and store ──► cosignature
                                                                      └─ a fork: refused, kept
    as a log       own checkpoint ──► each witness asked, in the worker ──► kept, and served with it

A witness remembers one checkpoint of each log, and signs only what continues it. Which logs are
watched and which witnesses are asked, two officers decide together (PA-5).
"""
