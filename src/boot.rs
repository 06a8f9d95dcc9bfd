//! How the steps of the boot are wired up. Only here and in `main` are several modules of the library called: they don't
//! know each other, and what goes wrong in one of them is logged here before the boot goes on.

pub mod clock;
pub mod collector;
pub mod config;
pub mod consoles;
pub mod end;
pub mod guest_agent;
pub mod health;
pub mod identity;
pub mod memory;
pub mod modules;
pub mod network;
pub mod outputs;
pub mod power_buttons;
pub mod programs;
pub mod status;
mod thread;
