{ directBoot, machine }: directBoot machine // { inherit (machine.iso) identity; }
