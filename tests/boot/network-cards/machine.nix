{ allCards, directBoot }: directBoot allCards
