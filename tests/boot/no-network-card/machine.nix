{ directBoot, machine }: directBoot machine
