{ isoOf, tiny }: { iso = isoOf tiny; }
