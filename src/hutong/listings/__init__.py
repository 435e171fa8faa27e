"""
Listings 成果挂牌: a right is offered in public, buyers come forward unseen, a cut-off decides (LI).

    draft → submitted → listed ⇄ suspended → concluding → closed
      ↑________|          ↺ extended                       sold | lapsed | withdrawn | terminated

    intent   applied → qualified → deposited
               ↘ refused   ↘ withdrawn   ↘ lapsed (not deposited when the period ended)

Until the period ends nobody outside the listing office learns who applied or how many (LI-4): the
intents' entries are sealed in the log, and every query here takes the actor. `offers` knows terms,
`intents` the way of a buyer, `cutoff` the mechanical decision, `rules` the listing itself.
"""
