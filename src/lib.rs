//! PID 1 of a machine whose whole user space is this and one program.
//!
//! `main.rs` tells the boot from top to bottom; the modules here are its steps. They don't call each other: `src/boot`
//! passes values between them, of types that [`config`] and [`logs`] define for everybody. What goes wrong is an
//! [`Error`], which is logged before the boot goes on.

pub mod bug;
pub mod clock;
pub mod config;
pub mod console;
pub mod error;
pub mod etc;
pub mod guest_agent;
pub mod health;
pub mod logs;
pub mod memory;
pub mod modules;
pub mod mounts;
pub mod network;
pub mod phases;
pub mod power_button;
pub mod seal;
pub mod shutdown;
pub mod signals;
pub mod status;
pub mod streams;
pub mod supervisor;
pub mod sysctls;

pub use error::Error;
