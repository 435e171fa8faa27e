"""
The books' process: money in, deposits, prices, right against money, money out (SE-2, SE-3, DL-2).

    receipt     recorded → matched | suspense → matched | returned
    deposit     open → held → applied | released | forfeited        (open → closed)
    price       open → paid → settled | returned                    (open → closed)
    payout      requested → approved → paid | failed                (requested → rejected)
    pledged     prepaid | held → released                           (proceeds, RR-6)
                        held ⇄ claimed → paid                       (the debt fell due unpaid)

A payment names what it is for by a reference with check digits. What names nothing waits in
suspense; what is too little, too much or too late stays available to its payer. Nothing is guessed.
"""
