"""Questions about models: experiments, audits, cards, published versions and referral lists."""
