//! Attempts at everything that a program is not allowed to do, and the few things that it is.
#![expect(unsafe_code, reason = "system calls that nix does not wrap")]

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::kmod::{DeleteModuleFlags, ModuleInitFlags, delete_module, finit_module, init_module};
use nix::mount::{MsFlags, mount, umount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::ptrace;
use nix::sys::reboot::{RebootMode, reboot};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::{Mode, SFlag, mknod};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};
use nix::unistd::{Gid, Pid, Uid};
use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

const INIT: Pid = Pid::from_raw(1);

/// Files that don't exist, in directories that are not writable for programs.
const NEW_FILES: [&str; 8] = [
    "/new",
    "/etc/new",
    "/run/new",
    "/dev/new",
    "/sys/new",
    "/proc/new",
    "/programs/new",
    "/lib/modules/new",
];

/// Files that exist and are not writable for programs.
const FILES: [&str; 13] = [
    "/init",
    "/etc/scratchmachine.conf",
    "/proc/sys/kernel/modules_disabled",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/panic",
    "/proc/sys/net/ipv4/ip_unprivileged_port_start",
    "/proc/sysrq-trigger",
    "/proc/1/mem",
    "/proc/1/oom_score_adj",
    "/sys/kernel/uevent_helper",
    "/sys/power/state",
    "/sys/class/net/eth0/mtu",
    "/proc/self/exe",
];

/// A kernel may be without some of them.
const DEVICES: [&str; 10] = [
    "/dev/mem",
    "/dev/port",
    "/dev/kmsg",
    "/dev/console",
    "/dev/ttyS0",
    "/dev/tty0",
    "/dev/tty1",
    "/dev/input/event0",
    "/dev/vcs",
    "/dev/cpu/0/msr",
];

#[derive(Default)]
struct Attempts {
    count: usize,
    /// Those that were allowed and should be refused.
    succeeded: usize,
    /// Those that were refused and should be allowed.
    missing: usize,
}

impl Attempts {
    /// This must be refused.
    fn refused<T>(&mut self, what: impl std::fmt::Display, result: Result<T, impl Into<Code>>) {
        self.count += 1;
        match result {
            Ok(_) => {
                self.succeeded += 1;
                println!("SUCCEEDED: {what}");
            }
            Err(error) => println!("refused: {what}: {}", error.into().0),
        }
    }

    /// This must be allowed.
    fn allowed<T>(&mut self, what: &str, result: Result<T, impl Into<Code>>) {
        match result {
            Ok(_) => println!("works: {what}"),
            Err(error) => {
                self.missing += 1;
                println!("MISSING: {what}: {}", error.into().0);
            }
        }
    }
}

/// `EPERM`
struct Code(String);

impl From<Errno> for Code {
    fn from(errno: Errno) -> Self {
        Code(format!("{errno:?}"))
    }
}

impl From<std::io::Error> for Code {
    fn from(error: std::io::Error) -> Self {
        match error.raw_os_error() {
            Some(errno) => Errno::from_raw(errno).into(),
            None => Code(error.to_string()),
        }
    }
}

pub fn try_everything() {
    println!("user {}, group {}", Uid::effective(), Gid::effective());
    let mut attempts = Attempts::default();
    rights(&mut attempts);
    kernel(&mut attempts);
    files(&mut attempts);
    others(&mut attempts);
    privileges(&mut attempts);
    println!(
        "{} attempts: {} succeeded, {} rights missing",
        attempts.count, attempts.succeeded, attempts.missing
    );
    super::wait_forever();
}

fn rights(attempts: &mut Attempts) {
    attempts.allowed("write to /tmp", std::fs::write("/tmp/mine", "text"));
    attempts.allowed("read it again", std::fs::read("/tmp/mine"));
    let port = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 79));
    attempts.allowed("listen on port 79", port);
    attempts.allowed("read /proc/meminfo", std::fs::read("/proc/meminfo"));
    attempts.allowed("write to /dev/null", write("/dev/null"));
}

fn kernel(attempts: &mut Attempts) {
    let itself = File::open("/proc/self/exe").expect("open what runs");
    let none = ModuleInitFlags::empty();
    attempts.refused(
        "load a module from a file",
        finit_module(&itself, c"", none),
    );
    attempts.refused("load a module from memory", init_module(&[0; 64], c""));
    let unload = delete_module(c"e1000", DeleteModuleFlags::O_NONBLOCK);
    attempts.refused("unload a module", unload);
    attempts.refused("reboot", reboot(RebootMode::RB_AUTOBOOT).map(drop));
    attempts.refused("power off", reboot(RebootMode::RB_POWER_OFF).map(drop));
    // SAFETY: a length of 0 and null pointers: the kernel reads and writes nothing of this process.
    let calls = unsafe {
        [
            (
                "load another kernel",
                libc::syscall(libc::SYS_kexec_load, 0, 0, 0, 0),
            ),
            // BPF_PROG_LOAD
            ("load a BPF program", libc::syscall(libc::SYS_bpf, 5, 0, 0)),
            // SYSLOG_ACTION_SIZE_UNREAD and SYSLOG_ACTION_CONSOLE_OFF
            (
                "ask for the kernel's log",
                libc::syscall(libc::SYS_syslog, 9, 0, 0),
            ),
            (
                "silence the kernel",
                libc::syscall(libc::SYS_syslog, 6, 0, 0),
            ),
            ("reach all I/O ports", libc::syscall(libc::SYS_iopl, 3)),
            (
                "reach one I/O port",
                libc::syscall(libc::SYS_ioperm, 0x64, 1, 1),
            ),
            (
                "swap",
                libc::syscall(libc::SYS_swapon, c"/tmp/mine".as_ptr(), 0),
            ),
        ]
    };
    for (what, result) in calls {
        attempts.refused(what, Errno::result(result));
    }
    let now = TimeSpec::new(0, 0);
    attempts.refused("set the clock", clock_settime(ClockId::CLOCK_REALTIME, now));
    attempts.refused("name the machine", nix::unistd::sethostname("mine"));
}

fn files(attempts: &mut Attempts) {
    for path in NEW_FILES {
        attempts.refused(format_args!("make {path}"), std::fs::write(path, ""));
    }
    for path in FILES {
        attempts.refused(format_args!("write to {path}"), write(path));
    }
    for path in DEVICES {
        attempts.refused(format_args!("write to {path}"), write(path));
        attempts.refused(format_args!("read {path}"), read(path));
    }
    attempts.refused("remove /init", std::fs::remove_file("/init"));
    attempts.refused("rename /tmp", std::fs::rename("/tmp", "/mine"));
    let device = mknod(
        "/tmp/mem",
        SFlag::S_IFCHR,
        Mode::S_IRWXU,
        libc::makedev(1, 1),
    );
    attempts.refused("make a device", device);
    attempts.refused("execute what it wrote to /tmp", execute_from_tmp());
    let mounted = |source, target, kind, flags| mount(source, target, kind, flags, None::<&str>);
    let none = None::<&str>;
    let tmpfs = Some("tmpfs");
    attempts.refused(
        "mount over /tmp",
        mounted(tmpfs, "/tmp", tmpfs, MsFlags::empty()),
    );
    attempts.refused(
        "make / writable",
        mounted(none, "/", none, MsFlags::MS_REMOUNT),
    );
    attempts.refused(
        "make /tmp executable",
        mounted(none, "/tmp", none, MsFlags::MS_REMOUNT),
    );
    attempts.refused("unmount /tmp", umount("/tmp"));
    attempts.refused("change the root", nix::unistd::chroot("/tmp"));
}

fn others(attempts: &mut Attempts) {
    for signal in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT] {
        attempts.refused(format_args!("send {signal} to PID 1"), kill(INIT, signal));
    }
    attempts.refused("trace PID 1", ptrace::attach(INIT));
    attempts.refused("read the memory of PID 1", read("/proc/1/mem"));
    attempts.refused("read PID 1's environment", read("/proc/1/environ"));
    attempts.refused("see PID 1's files", std::fs::read_dir("/proc/1/fd"));
    let Some(other) = another_program() else {
        println!("no other program");
        return;
    };
    let its = |file| format!("/proc/{other}/{file}");
    attempts.refused("kill another program", kill(other, Signal::SIGKILL));
    attempts.refused("trace another program", ptrace::attach(other));
    attempts.refused("read another program's memory", read(&its("mem")));
    attempts.refused("write another program's memory", write(&its("mem")));
    attempts.refused("see another program's files", std::fs::read_dir(its("fd")));
    // SAFETY: the call takes nothing but numbers
    let priority = unsafe { libc::setpriority(libc::PRIO_PROCESS, other.as_raw() as u32, 19) };
    attempts.refused("slow another program down", Errno::result(priority));
}

fn privileges(attempts: &mut Attempts) {
    let root = (Uid::from_raw(0), Gid::from_raw(0));
    attempts.refused("become root", nix::unistd::setuid(root.0));
    attempts.refused("join root's group", nix::unistd::setgid(root.1));
    attempts.refused("join more groups", nix::unistd::setgroups(&[root.1]));
    let other = Uid::from_raw(Uid::effective().as_raw() ^ 1);
    attempts.refused("become another program's user", nix::unistd::setuid(other));
    for limit in [
        Resource::RLIMIT_NPROC,
        Resource::RLIMIT_NOFILE,
        Resource::RLIMIT_CORE,
    ] {
        let raised = getrlimit(limit).and_then(|(_, hard)| setrlimit(limit, hard + 1, hard + 1));
        attempts.refused(format_args!("raise {limit:?}"), raised);
    }
    // SAFETY: the call takes nothing but numbers
    let priority = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, -20) };
    attempts.refused("be more important", Errno::result(priority));
    for (what, namespace) in [
        ("users", CloneFlags::CLONE_NEWUSER),
        ("mounts", CloneFlags::CLONE_NEWNS),
        ("networks", CloneFlags::CLONE_NEWNET),
    ] {
        attempts.refused(format_args!("have {what} of its own"), unshare(namespace));
    }
    for (what, domain, kind) in [
        ("send raw frames", libc::AF_PACKET, libc::SOCK_RAW),
        ("send raw IP packets", libc::AF_INET, libc::SOCK_RAW),
    ] {
        // SAFETY: the call takes nothing but numbers
        let socket = unsafe { libc::socket(domain, kind, libc::IPPROTO_RAW) };
        attempts.refused(what, Errno::result(socket));
    }
}

fn write(path: &str) -> std::io::Result<()> {
    OpenOptions::new()
        .write(true)
        .custom_flags((OFlag::O_NOCTTY | OFlag::O_NONBLOCK).bits())
        .open(path)
        .map(drop)
}

fn read(path: &str) -> std::io::Result<()> {
    OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_NOCTTY | OFlag::O_NONBLOCK).bits())
        .open(path)
        .map(drop)
}

fn execute_from_tmp() -> std::io::Result<()> {
    let copy = Path::new("/tmp/copy");
    std::fs::copy("/proc/self/exe", copy)?;
    std::fs::set_permissions(copy, std::fs::Permissions::from_mode(0o755))?;
    Command::new(copy).args(["exit", "0"]).status().map(drop)
}

/// A process of another program: neither PID 1, nor the kernel's.
fn another_program() -> Option<Pid> {
    use std::os::unix::fs::MetadataExt;
    let me = Uid::effective().as_raw();
    std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .find_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let user = entry.metadata().ok()?.uid();
            (user != 0 && user != me).then_some(Pid::from_raw(pid))
        })
}
