//! What is loaded, in which order and with which log lines, for machines that are made of directories.

use super::devices::{DEEPEST, Device};
use super::*;
use proptest::prelude::*;
use std::fs;

/// A directory with `/lib/modules` and `/sys` of a machine; removed when this is dropped.
struct Machine(PathBuf);

const RELEASE: &str = "6.12.1";

impl Machine {
    /// Devices by path below `/sys/devices`, with their modaliases.
    fn new(test: &str, devices: &[(&str, &str)]) -> Self {
        let name = format!("scratchmachine-modules-{}-{test}", std::process::id());
        let machine = Machine(std::env::temp_dir().join(name));
        let index = machine.0.join("lib").join(RELEASE);
        fs::create_dir_all(&index).unwrap();
        fs::create_dir_all(machine.0.join("sys/devices")).unwrap();
        fs::write(
            index.join("modules.dep"),
            "e1000.ko:\nvirtio-net.ko: failover.ko\nfailover.ko:\nvirtio-pci.ko: virtio.ko\nvirtio.ko:\n",
        )
        .unwrap();
        fs::write(
            index.join("modules.alias"),
            "alias pci:v8086* e1000\nalias virtio:d1v* virtio_net\nalias pci:v1AF4* virtio_pci\n\
            alias pci:v15AD* vmxnet3\n",
        )
        .unwrap();
        for module in ["e1000", "virtio-net", "failover", "virtio-pci", "virtio"] {
            fs::write(index.join(module).with_extension("ko"), "a module").unwrap();
        }
        for (device, modalias) in devices {
            machine.plug(device, modalias);
        }
        machine
    }

    fn plug(&self, device: &str, modalias: &str) {
        let device = self.0.join("sys/devices").join(device);
        fs::create_dir_all(&device).unwrap();
        fs::write(device.join("modalias"), format!("{modalias}\n")).unwrap();
    }

    fn module(&self, name: &str) -> PathBuf {
        self.0
            .join("lib")
            .join(RELEASE)
            .join(name)
            .with_extension("ko")
    }

    fn modules(&self, settings: Settings) -> Modules {
        let (lib, sys) = (self.0.join("lib"), self.0.join("sys"));
        let mut modules = Modules::open_at(&lib, RELEASE, &sys, settings).unwrap();
        modules.insert = pretend;
        modules
    }

    /// What is logged until there is nothing new, without times and this directory's name.
    fn log(&self, settings: Settings) -> Vec<String> {
        let mut modules = self.modules(settings);
        let mut lines = Vec::new();
        while modules.pass(&mut |outcome| lines.push(self.line(outcome))) {}
        lines
    }

    fn line(&self, outcome: Result<Loaded, Error>) -> String {
        match outcome {
            Ok(loaded) => format!(
                "{} for {}",
                loaded.module,
                loaded.device.unwrap_or_default()
            ),
            Err(error) => error.to_string().replace(&self.0.display().to_string(), ""),
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A kernel that takes every file that exists, and reports parameters as if they were wrong. Once a virtio card's PCI
/// driver is loaded, the card itself appears.
fn pretend(doing: &str, file: &Path, parameters: &CStr) -> Result<(), Error> {
    fs::read(file).map_err(|cause| Error::new(doing, cause))?;
    let machine = Machine(file.ancestors().nth(3).unwrap().to_owned());
    if file.ends_with("virtio-pci.ko") && machine.0.join("sys/devices").join(VIRTIO_PCI.0).is_dir()
    {
        machine.plug(VIRTIO.0, VIRTIO.1);
    }
    let autoprobe = machine.0.join("sys/bus/pci/drivers_autoprobe");
    let _ = fs::copy(autoprobe, machine.0.join("autoprobe-while-loading"));
    std::mem::forget(machine);
    match parameters.to_str() {
        Ok("") => Ok(()),
        text => Err(Error::new(doing, text.unwrap())),
    }
}

fn settings(parameters: &[(&str, &str)], blacklist: &[&str]) -> Settings {
    let owned = |text: &&str| (*text).to_owned();
    Settings {
        parameters: parameters
            .iter()
            .map(|(module, word)| (owned(module), owned(word)))
            .collect(),
        blacklist: blacklist.iter().map(owned).collect(),
    }
}

const CARD: (&str, &str) = ("pci0000:00/0000:00:03.0", "pci:v8086d100E");
const VIRTIO_PCI: (&str, &str) = ("pci0000:00/0000:00:04.0", "pci:v1AF4d1000");
const VIRTIO: (&str, &str) = ("pci0000:00/0000:00:04.0/virtio0", "virtio:d1v1AF4");

#[test]
fn only_the_driver_that_a_device_asks_for_is_loaded_and_once_for_two_cards() {
    let second = ("pci0000:00/0000:00:02.0", "pci:v8086d100F");
    let machine = Machine::new(
        "once",
        &[CARD, second, ("platform/keyboard", "platform:kbd")],
    );
    assert_eq!(machine.log(Settings::default()), ["e1000 for 0000:00:02.0"]);
}

#[test]
fn what_a_module_depends_on_is_loaded_first_for_the_same_device() {
    let machine = Machine::new("first", &[VIRTIO]);
    assert_eq!(
        machine.log(Settings::default()),
        ["failover for virtio0", "virtio_net for virtio0"]
    );
}

#[test]
fn a_device_that_appears_later_gets_its_driver_in_the_next_pass() {
    let machine = Machine::new("later", &[VIRTIO_PCI]);
    let mut modules = machine.modules(Settings::default());
    let mut lines = Vec::new();
    let mut pass = || modules.pass(&mut |outcome| lines.push(machine.line(outcome)));
    assert!(pass());
    assert!(!pass());
    machine.plug(CARD.0, CARD.1);
    assert!(pass());
    assert!(!pass());
    assert_eq!(lines.last().unwrap(), "e1000 for 0000:00:03.0");
}

#[test]
fn what_appears_because_of_a_driver_gets_its_own_before_the_next_slot() {
    let next = ("pci0000:00/0000:00:05.0", "pci:v8086d100E");
    let machine = Machine::new("depth", &[VIRTIO_PCI, next]);
    assert_eq!(
        machine.log(Settings::default()),
        [
            "virtio for 0000:00:04.0",
            "virtio_pci for 0000:00:04.0",
            "failover for virtio0",
            "virtio_net for virtio0",
            "e1000 for 0000:00:05.0"
        ]
    );
}

#[test]
fn a_driver_takes_one_device_after_the_other_and_none_by_itself() {
    let machine = Machine::new("probe", &[CARD, ("pci0000:00/0000:00:05.0", CARD.1)]);
    let bus = machine.0.join("sys/bus/pci");
    fs::create_dir_all(&bus).unwrap();
    fs::write(bus.join("drivers_autoprobe"), "1").unwrap();
    for device in devices(&machine.0.join("sys/devices")) {
        std::os::unix::fs::symlink(&bus, device.path.join("subsystem")).unwrap();
    }
    let mut probed = Vec::new();
    let mut modules = machine.modules(Settings::default());
    let mut look = |_| probed.push(fs::read_to_string(bus.join("drivers_probe")).unwrap());
    while modules.pass(&mut look) {}
    assert_eq!(probed, ["0000:00:03.0"]);
    let read = |file: PathBuf| fs::read_to_string(file).unwrap();
    assert_eq!(read(machine.0.join("autoprobe-while-loading")), "0");
    assert_eq!(read(bus.join("drivers_autoprobe")), "1");
    assert_eq!(read(bus.join("drivers_probe")), "0000:00:05.0");
}

#[test]
fn devices_come_in_the_order_of_their_places() {
    let in_order = [
        "platform/virtio-mmio.9/virtio9",
        "platform/virtio-mmio.10/virtio10",
        "pci0000:00/0000:00:09.0",
        "pci0000:00/0000:00:0a.0",
        "pci0000:00/0000:00:0a.0/virtio10",
        "pci0000:00/0000:00:0b.0/virtio9",
        "pci0000:00/0000:00:1f.6",
        "pci0000:00/0000:00:1c.0/0000:02:00.0",
        "pci0000:00/0000:00:1c.0/0000:02:00.0/0000:03:00.0",
        "pci0000:80/0000:80:01.0",
        "pci10000:00/10000:00:01.0",
    ];
    let machine = Machine::new("places", &in_order.map(|path| (path, "any")));
    let root = machine.0.join("sys/devices");
    let found = devices(&root);
    let found = found.iter().map(|device| device.path.strip_prefix(&root));
    assert!(found.eq(in_order.iter().map(|path| Ok(Path::new(path)))));
}

#[test]
fn devices_are_not_looked_at_again_before_the_kernel_says_that_one_came_or_went() {
    let machine = Machine::new("events", &[]);
    fs::create_dir_all(machine.0.join("sys/kernel")).unwrap();
    let count = |count: &str| fs::write(machine.0.join("sys/kernel/uevent_seqnum"), count).unwrap();
    let mut modules = machine.modules(Settings::default());
    count("100\n");
    assert!(!modules.pass(&mut |_| ()));
    machine.plug(CARD.0, CARD.1);
    assert!(!modules.pass(&mut |_| ()));
    count("101\n");
    assert!(modules.pass(&mut |_| ()));
}

#[test]
fn a_missing_dependency_is_named_with_its_file_and_so_is_the_module_that_needs_it() {
    let machine = Machine::new("missing", &[VIRTIO, CARD]);
    fs::remove_file(machine.module("failover")).unwrap();
    assert_eq!(
        machine.log(Settings::default()),
        [
            "e1000 for 0000:00:03.0",
            "load module failover (/lib/6.12.1/failover.ko): No such file or directory (os error 2)",
            "load module virtio_net (/lib/6.12.1/virtio-net.ko): failover, which it depends on, is not loaded",
        ]
    );
}

#[test]
fn a_blacklisted_module_is_logged_once_and_nothing_is_loaded_for_it() {
    let machine = Machine::new("blacklist", &[VIRTIO, ("other/virtio1", "virtio:d1v2")]);
    assert_eq!(
        machine.log(settings(&[], &["e1000", "virtio-net"])),
        [
            "load module virtio_net (/lib/6.12.1/virtio-net.ko): it is blacklisted (module_blacklist=)"
        ]
    );
}

#[test]
fn a_module_without_a_line_in_modules_dep_is_logged_once() {
    let machine = Machine::new("nowhere", &[("a", "pci:v15ADd1"), ("b", "pci:v15ADd2")]);
    assert_eq!(
        machine.log(Settings::default()),
        ["load module vmxnet3 for a: it is not in modules.dep"]
    );
}

#[test]
fn a_network_card_without_a_driver_is_named_with_the_module_that_would_drive_it() {
    let card = |ids: &str, class: &str| format!("pci:v{ids}sv00001AF4sd00001100bc{class}i00");
    let lacking = card("000010ECd00008139", "02sc00");
    let unknown = card("00001234d00005678", "02sc00");
    let disk = card("00001234d00005678", "01sc00");
    let machine = Machine::new(
        "absent",
        &[
            ("pci0000:00/0000:00:05.0", &lacking),
            ("pci0000:00/0000:00:06.0", &unknown),
            ("pci0000:00/0000:00:07.0", &disk),
            ("pci0000:00/0000:00:08.0", &unknown),
        ],
    );
    let built_in = machine.0.join("sys/devices/pci0000:00/0000:00:08.0/driver");
    fs::create_dir(built_in).unwrap();
    let index = machine.0.join("lib").join(RELEASE).join("modules.absent");
    fs::write(index, "alias pci:v000010ECd00008139* 8139cp\n").unwrap();
    assert_eq!(
        machine.log(Settings::default()),
        [
            "find a driver for the network card 0000:00:05.0 (10ec:8139): the image lacks the module 8139cp: \
             add it to the machine's modules, or leave them out and have all",
            "find a driver for the network card 0000:00:06.0 (1234:5678): the kernel has none: \
             give the machine another kind of card",
        ]
    );
}

#[test]
fn parameters_reach_their_module_together_and_in_order_whichever_dash_is_written() {
    let machine = Machine::new("parameters", &[VIRTIO]);
    let given = settings(
        &[
            ("virtio-net", "csum=0"),
            ("e1000", "Speed=100"),
            ("virtio_net", "name=a b"),
        ],
        &[],
    );
    assert_eq!(
        machine.log(given),
        [
            "failover for virtio0",
            "load module virtio_net (/lib/6.12.1/virtio-net.ko): csum=0 name=\"a b\""
        ]
    );
}

#[test]
fn a_parameter_that_can_not_be_passed_is_named_and_the_module_is_loaded_without_it() {
    let machine = Machine::new("quote", &[CARD]);
    assert_eq!(
        machine.log(settings(&[("e1000", "a=\"b")], &[])),
        [
            "pass 'a=\"b' to module e1000: there is a quote, a NUL, or a space before '=': loaded without it",
            "e1000 for 0000:00:03.0"
        ]
    );
}

#[test]
fn modules_for_another_kernel_are_named_with_their_release_and_ours() {
    let machine = Machine::new("release", &[]);
    let lib = machine.0.join("lib");
    let error = Modules::open_at(&lib, "6.12.2", &lib, Settings::default())
        .err()
        .unwrap();
    let error = error.to_string();
    assert!(
        error.starts_with("find modules for kernel 6.12.2 in /"),
        "{error}"
    );
    assert!(
        error.contains(": they are for 6.12.1: are kernel and initramfs from the same build?"),
        "{error}"
    );
}

#[test]
fn links_in_sysfs_are_not_followed_and_its_depth_is_bounded() {
    let machine = Machine::new("links", &[CARD]);
    let devices_directory = machine.0.join("sys/devices");
    std::os::unix::fs::symlink("..", devices_directory.join("up")).unwrap();
    std::os::unix::fs::symlink(CARD.0, devices_directory.join("again")).unwrap();
    machine.plug(&"deep/".repeat(DEEPEST + 1), "pci:v8086");
    let card = Device {
        path: devices_directory.join(CARD.0),
        modalias: CARD.1.to_owned(),
    };
    assert_eq!(card.name(), "0000:00:03.0");
    assert_eq!(devices(&devices_directory), [card]);
}

#[test]
fn a_module_that_is_not_there_is_named_with_its_path() {
    let error = insert(
        "load module e1000 (/nowhere/e1000.ko)",
        Path::new("/nowhere/e1000.ko"),
        c"",
    )
    .unwrap_err()
    .to_string();
    assert!(
        error.starts_with("load module e1000 (/nowhere/e1000.ko): No such file"),
        "{error}"
    );
}

/// The words that the kernel would read (lib/cmdline.c, `next_arg`): a quote at the beginning of a value and
/// one at its end are taken off.
fn as_the_kernel_reads(parameters: &str) -> Vec<String> {
    let mut in_quotes = false;
    parameters
        .split(|letter: char| {
            in_quotes ^= letter == '"';
            letter.is_ascii_whitespace() && !in_quotes
        })
        .map(|word| word.replace('"', ""))
        .collect()
}

proptest! {
    #[test]
    fn what_is_passed_reaches_the_kernel_as_it_was_given(
        given in proptest::collection::vec("[a-z]{1,3}(=[a-z0-9 =,é\t-]{0,6})?", 1..4),
    ) {
        let mut parameters = String::new();
        for word in &given {
            prop_assert!(push_parameter(&mut parameters, word));
        }
        prop_assert_eq!(as_the_kernel_reads(&parameters), given);
    }

    #[test]
    fn any_text_is_passed_as_one_word_or_not_at_all(text in "[a= \"\0\n]{0,6}|.*") {
        let mut parameters = String::new();
        let expected = if push_parameter(&mut parameters, &text) { text.as_str() } else { "" };
        prop_assert_eq!(as_the_kernel_reads(&parameters), [expected]);
    }
}
