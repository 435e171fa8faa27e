"""
Who the venues of the network are: one list, signed, that every venue can check by itself (NE-1).

    genesis ──change──▶ list 1 ──change──▶ list 2 …       admit · suspend · reinstate · leave
       │                                                  rekey · relocate · renew · registrar
    its digest is the anchor, given out of band

    a change   proposed (officer) → accepted (another, PA-5): our approval, signed
               → enough approvals at the registrar → listed, for everybody

A list holds one change with the approvals it needed, is signed by the registrar, and expires. From
the anchor on, anyone re-derives who is a member. Under an expired list nobody is in good standing;
a venue's own business goes on (NE-6).
"""
