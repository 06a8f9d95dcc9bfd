//! One boot, from power-on to the first answer.

use crate::plan::Machine;
use crate::results::Boot;
use crate::{host, phases, qemu};

pub fn measure(machine: &Machine, greeting: &str, round: u64) -> Result<Boot, String> {
    let load = host::load();
    let mut running = qemu::start(machine);
    let port = running.port();
    let power_on = qemu::power_on(&machine.name, &running)?;
    let answer = qemu::first_answer(&mut running, port, greeting)
        .map_err(|reason| format!("{} does not boot: {reason}", machine.name))?;
    Ok(Boot {
        round,
        load,
        seconds: (answer - power_on).as_secs_f64(),
        phases: phases::between(&machine.markers, &running.lines(), power_on, answer),
    })
}
