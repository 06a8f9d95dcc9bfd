//! What depmod(8) wrote about the modules in the image: which devices each one drives and which other
//! modules it needs.

use super::glob;

/// `modules.dep` and `modules.alias`, as they are: an image has a handful of modules, so searching all lines
/// is faster than building anything from them. Malformed lines are ignored.
#[derive(Debug)]
pub struct Index {
    /// Lines `FILE: FILE …` (modules.dep(5)): after the colon comes everything that a module needs, directly or
    /// not, each before what it needs itself.
    pub dependencies: String,
    /// Lines `alias PATTERN MODULE`.
    pub aliases: String,
}

#[derive(Debug)]
pub struct Module<'a> {
    /// The kernel's name: with '_' where its file's name may have '-'.
    pub name: String,
    /// Relative to the directory of the index.
    pub file: &'a str,
    needs: &'a str,
}

impl Index {
    /// The names of the modules that claim to drive a device with this modalias.
    pub fn drivers_for(&self, modalias: &str) -> Vec<String> {
        let mut drivers = Vec::new();
        for line in self.aliases.lines() {
            let mut words = line.split_ascii_whitespace();
            if let (Some("alias"), Some(pattern), Some(module)) =
                (words.next(), words.next(), words.next())
            {
                if glob::matches(pattern, modalias) {
                    drivers.push(module_name(module));
                }
            }
        }
        drivers
    }

    /// The module and everything that it depends on, each once, each after those it depends on. Modules that need
    /// each other come in any order. Empty if there is no such module.
    pub fn in_order(&self, name: &str) -> Vec<Module<'_>> {
        let mut order = Vec::new();
        // depth first, with a stack of our own: the input may be nested deeper than the thread's stack allows
        let mut path = Vec::from_iter(self.find(name));
        let mut seen = vec![name.to_owned()];
        while let Some(module) = path.last() {
            let next = module.needs().find(|need| !seen.contains(need));
            match next {
                Some(need) => {
                    path.extend(self.find(&need));
                    seen.push(need);
                }
                None => order.extend(path.pop()),
            }
        }
        order
    }

    fn find(&self, name: &str) -> Option<Module<'_>> {
        let mut lines = self.dependencies.lines();
        lines.find_map(|line| {
            let (file, needs) = line.split_once(':')?;
            let module = Module {
                name: module_name(file),
                file,
                needs,
            };
            (module.name == name).then_some(module)
        })
    }
}

impl Module<'_> {
    /// The names of the modules that it depends on, those that come first before the others.
    pub fn needs(&self) -> impl Iterator<Item = String> {
        self.needs.split_ascii_whitespace().rev().map(module_name)
    }
}

/// The kernel's name for a module, given a file's name or what people write.
pub fn module_name(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or_default();
    let stem = name.split_once(".ko").map_or(name, |(stem, _)| stem);
    stem.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    fn index(dependencies: &str, aliases: &str) -> Index {
        Index {
            dependencies: dependencies.to_owned(),
            aliases: aliases.to_owned(),
        }
    }

    fn order(dependencies: &str, name: &str) -> Vec<String> {
        let index = index(dependencies, "");
        let order = index.in_order(name);
        order.iter().map(|module| module.file.to_owned()).collect()
    }

    #[test]
    fn a_module_comes_after_all_that_it_depends_on_and_once() {
        let index = "net/vnet.ko: net/net-failover.ko net/failover.ko virtio/ring.ko virtio/virtio.ko\n\
            net/net-failover.ko: net/failover.ko\n\
            net/failover.ko:\n\
            virtio/ring.ko: virtio/virtio.ko\n\
            virtio/virtio.ko:\n";
        assert_eq!(
            order(index, "vnet"),
            [
                "virtio/virtio.ko",
                "virtio/ring.ko",
                "net/failover.ko",
                "net/net-failover.ko",
                "net/vnet.ko"
            ]
        );
    }

    #[test]
    fn a_module_that_is_needed_but_has_no_line_does_not_disturb_the_order_of_the_others() {
        assert_eq!(order("b.ko: a.ko x.ko\na.ko:", "b"), ["a.ko", "b.ko"]);
    }

    #[test]
    fn modules_that_need_each_other_or_themselves_come_once() {
        assert_eq!(order("a.ko: b.ko\nb.ko: a.ko", "a"), ["b.ko", "a.ko"]);
        assert_eq!(order("a.ko: a.ko", "a"), ["a.ko"]);
    }

    #[test]
    fn a_name_may_be_written_with_either_dash_and_with_its_file() {
        for name in [
            "virtio_net",
            "virtio-net",
            "kernel/drivers/net/virtio-net.ko",
            "virtio-net.ko.xz",
        ] {
            assert_eq!(module_name(name), "virtio_net");
        }
    }

    #[test]
    fn a_device_gets_the_modules_whose_patterns_match_and_nothing_for_malformed_lines() {
        let index = index(
            "",
            "# Aliases\n\
            alias virtio:d00000001v* virtio-net\n\
            alias virtio:d0000000[12]v* other\n\
            alias pci:v*\n\
            alias\n\
            \n\
            softdep virtio:* never\n",
        );
        let drivers = index.drivers_for("virtio:d00000001v00001AF4");
        assert_eq!(drivers, ["virtio_net", "other"]);
        assert!(index.drivers_for("pci:v00001AF4").is_empty());
        assert!(index.drivers_for("").is_empty());
    }

    #[test]
    fn a_long_chain_is_followed_to_its_end() {
        let mut chain = String::from("m1000.ko:\n");
        for n in 0..1000 {
            writeln!(chain, "m{n}.ko: m{}.ko", n + 1).unwrap();
        }
        let order = order(&chain, "m0");
        assert_eq!(order.len(), 1001);
        assert_eq!(order.last().map(String::as_str), Some("m0.ko"));
    }

    /// A line for each of this many modules, with what it needs according to the pairs of numbers.
    fn written(modules: u8, needs: &[(u8, u8)]) -> Index {
        let mut lines = String::new();
        for module in 0..modules {
            write!(lines, "m{module}.ko:").unwrap();
            for (_, need) in needs.iter().filter(|(from, _)| *from == module) {
                write!(lines, " m{need}.ko").unwrap();
            }
            lines.push('\n');
        }
        index(&lines, "")
    }

    proptest! {
        #[test]
        fn each_module_comes_after_those_it_needs(
            needs in proptest::collection::vec((0..20u8, 0..20u8), 0..60),
        ) {
            // only to higher numbers: no cycles
            let needs: Vec<_> = needs.into_iter().filter(|(from, to)| from < to).collect();
            let index = written(20, &needs);
            for start in 0..20 {
                let order = index.in_order(&format!("m{start}"));
                for (place, module) in order.iter().enumerate() {
                    for need in module.needs() {
                        prop_assert!(order.iter().take(place).any(|earlier| earlier.name == need));
                    }
                }
            }
        }

        #[test]
        fn even_with_cycles_each_module_that_is_needed_comes_once(
            needs in proptest::collection::vec((0..6u8, 0..6u8), 0..30),
        ) {
            let index = written(6, &needs);
            for start in 0..6 {
                let asked = format!("m{start}");
                let order = index.in_order(&asked);
                let mut names: Vec<_> = order.iter().map(|module| module.name.clone()).collect();
                prop_assert_eq!(names.last(), Some(&asked));
                for module in &order {
                    prop_assert!(module.needs().all(|need| names.contains(&need)));
                }
                names.sort();
                names.dedup();
                prop_assert_eq!(names.len(), order.len());
            }
        }

        #[test]
        fn any_text_is_an_index(
            dependencies in "([a-c/.: -]|\\.ko|\n|.){0,60}",
            aliases in "(alias|[ *\\[\n]|.){0,60}",
            name in "[a-c]|.*",
        ) {
            let index = index(&dependencies, &aliases);
            index.in_order(&name);
            index.drivers_for(&name);
        }
    }
}
