//! What QEMU is called with, and what is refused before it is.

use crate::fake::{Stage, assert_has, occupy, text};
use std::process::Command;

#[test]
fn options_that_make_no_sense_are_refused_before_anything_starts() {
    let stage = Stage::new("refused");
    for (arguments, cause) in [
        (
            &["web.iso", "--port", "0"][..],
            "--port takes a number from 1 to 65535, not '0'",
        ),
        (&["web.iso", "--port", "65536"], "1 to 65535, not '65536'"),
        (&["--port=x", "web.iso"], "1 to 65535, not 'x'"),
        (&["web.iso", "--port"], "1 to 65535, not ''"),
        // QEMU would take its own default
        (
            &["web.iso", "--memory=0"],
            "--memory takes a number from 4 to",
        ),
        (&["web.iso", "--memory", "-1"], "not '-1'"),
        (&["missing.iso"], "read missing.iso: No such file"),
        (&["."], "is a directory without vmlinux"),
        (&["-snapshot"], "<IMAGE>"),
        (&[], "<IMAGE>"),
    ] {
        let output = stage.run("", arguments);
        let error = text(&output.stderr);
        assert!(error.contains(cause), "{arguments:?}: {error}");
        assert!(error.starts_with("scratchmachine run: "), "{error}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
    assert!(!stage.has_started_qemu());
}

#[test]
fn an_iso_goes_into_the_drive_of_a_pc_with_a_port_and_a_network_card() {
    let stage = Stage::new("pc");
    let port = vm::free_port();
    let words = stage.called(&["web.iso", "--port", &port.to_string()]);
    let iso = stage.0.join("web.iso").display().to_string();
    assert_has(&words, &["-machine", "pc", "-cdrom", &iso]);
    assert_has(&words, &["-cpu", "max"]);
    assert_has(&words, &["-m", "128", "-no-reboot", "-display", "none"]);
    assert_has(
        &words,
        &["-serial", "chardev:console", "-mon", "chardev=console"],
    );
    let cable = format!("user,id=cable,hostfwd=tcp:127.0.0.1:{port}-:80");
    assert_has(
        &words,
        &["-netdev", &cable, "-device", "e1000,netdev=cable"],
    );
    let accelerator = vm::accelerator::Accelerator::choose();
    assert_has(&words, &["-accel", accelerator.name()]);
}

#[test]
fn ports_that_are_published_replace_the_one_to_port_80() {
    let stage = Stage::new("publish");
    let [one, two, three] = [(); 3].map(|()| vm::free_port());
    let mut arguments = vec!["web.iso".to_owned(), "-p".to_owned(), format!("{one}:443")];
    arguments.push(format!("--publish={two}:53/udp"));
    let called = |arguments: &[String]| {
        stage.called(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let forwards = format!("hostfwd=tcp:127.0.0.1:{one}-:443,hostfwd=udp:127.0.0.1:{two}-:53");
    assert_has(
        &called(&arguments),
        &["-netdev", &format!("user,id=cable,{forwards}")],
    );

    arguments.push(format!("--port={three}"));
    let netdev = format!("user,id=cable,hostfwd=tcp:127.0.0.1:{three}-:80,{forwards}");
    assert_has(&called(&arguments), &["-netdev", &netdev]);
}

#[test]
fn a_directory_with_a_kernel_is_a_microvm() {
    let stage = Stage::new("microvm");
    let words = stage.called(&["microvm"]);
    let file = |name| stage.0.join("microvm").join(name).display().to_string();
    assert_has(
        &words,
        &[
            "-machine",
            "microvm,acpi=off",
            "-kernel",
            &file("vmlinux"),
            "-initrd",
            &file("initrd"),
            "-append",
            "console=ttyS0 a=\"b c\"",
        ],
    );
    assert_has(&words, &["-device", "virtio-net-device,netdev=cable"]);
}

#[test]
fn all_else_is_qemus_in_its_order_wherever_our_own_options_are() {
    let stage = Stage::new("order");
    let words = stage.called(&[
        "web.iso",
        "-smp",
        "2",
        "--memory=0064",
        "--snapshot",
        "--card",
        "virtio-net-pci",
        "-h",
        "--memory",
        "65",
    ]);
    assert!(
        words.ends_with(&["-smp", "2", "--snapshot", "-h"].map(String::from)),
        "{words:?}"
    );
    assert_has(&words, &["-m", "65"]);
    assert_has(&words, &["-device", "virtio-net-pci,netdev=cable"]);

    let words = stage.called(&["web.iso", "--", "--memory", "64"]);
    assert!(
        words.ends_with(&["--memory", "64"].map(String::from)),
        "{words:?}"
    );
}

#[test]
fn the_environment_names_an_image_where_the_command_line_does_not() {
    let stage = Stage::new("environment");
    let image = stage.0.join("web.iso").display().to_string();
    for arguments in [&["-snapshot"][..], &[]] {
        let mut program = stage.program("", arguments);
        let output = program
            .env("SCRATCHMACHINE_RUN_IMAGE", "web.iso")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_has(&stage.arguments(), &["-cdrom", &image]);
        assert!(
            stage.arguments().ends_with(
                &arguments
                    .iter()
                    .map(|it| it.to_string())
                    .collect::<Vec<_>>()
            )
        );
    }
    let mut program = stage.program("", &["microvm"]);
    program
        .env("SCRATCHMACHINE_RUN_IMAGE", "web.iso")
        .output()
        .unwrap();
    assert_has(&stage.arguments(), &["-machine", "microvm,acpi=off"]);
}

#[test]
fn messages_have_the_machines_name_and_tell_where_it_answers() {
    let stage = Stage::new("messages");
    let port = vm::free_port().to_string();
    let said = |more: &[&str]| {
        let arguments = [&["web.iso", "--port", &port], more].concat();
        text(&stage.run("", &arguments).stdout)
    };
    let wanted = format!("web: when it is up: curl http://localhost:{port}   (Ctrl-C ends it)\n");
    assert!(said(&[]).ends_with(&wanted), "{}", said(&[]));
    assert!(said(&["--name", "demo-vm"]).contains("demo-vm: when it is up"));
    let emulated = said(&[]).contains("web: ")
        && said(&[]).contains("so by software emulation, which is slower\n");
    let accelerator = vm::accelerator::Accelerator::choose();
    assert_eq!(emulated, accelerator.name() == "tcg");
}

#[test]
fn a_port_that_is_taken_is_refused_if_it_was_asked_for_and_else_left_to_whoever_has_it() {
    let stage = Stage::new("ports");
    let _taken = [occupy(8080), occupy(8081)];
    let output = stage.run("", &["web.iso", "--port", "8080"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "scratchmachine run: port 8080 is taken: end what listens there, or choose another with --port or --publish\n"
    );
    assert!(!stage.has_started_qemu());

    let output = stage.run("", &["web.iso"]);
    let said = text(&output.stdout);
    let (_, port) = said
        .split_once("web: port 8080 is taken, so it is ")
        .expect(&said);
    let port: u16 = port.lines().next().unwrap().parse().unwrap();
    assert!((8082..=8179).contains(&port), "{port}");
    assert!(
        said.contains(&format!("curl http://localhost:{port} ")),
        "{said}"
    );
    let cable = format!("user,id=cable,hostfwd=tcp:127.0.0.1:{port}-:80");
    assert_has(&stage.arguments(), &["-netdev", &cable]);
}

#[test]
fn without_qemu_the_error_says_how_to_get_it() {
    let stage = Stage::new("absent");
    let output = Command::new(env!("CARGO_BIN_EXE_scratchmachine"))
        .args(["run", "web.iso"])
        .current_dir(&stage.0)
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("qemu-system-x86_64 is not in PATH: install QEMU"),
        "{error}"
    );
}

#[test]
fn help_is_there_wherever_it_is_asked_for_and_starts_nothing() {
    let stage = Stage::new("help");
    for arguments in [&["--help"][..], &["web.iso", "-smp", "2", "--help"]] {
        let output = stage.run("", arguments);
        assert_eq!(output.status.code(), Some(0));
        let help = text(&output.stdout);
        for word in [
            "--port",
            "--memory",
            "--card",
            "--name",
            "Ctrl-A X",
            "-snapshot",
            "70",
        ] {
            assert!(help.contains(word), "{word}: {help}");
        }
    }
    assert!(!stage.has_started_qemu());
}
