//! The phases as a picture: a bar for each machine, a piece of it for each phase. It is readable on light and dark
//! backgrounds and needs no script.

use crate::results::{FIRST_ANSWER, MachineResult, Results};
use std::fmt::Write;

const WIDTH: f64 = 880.0;
const LEFT: f64 = 20.0;
/// For the figure behind a bar.
const RIGHT: f64 = 190.0;
const ROW: f64 = 54.0;
const BAR: f64 = 22.0;
const TOP: f64 = 74.0;

/// In their order, with colours that are visible on white and on black.
const PHASES: [(&str, &str); 7] = [
    ("firmware", "#7f8c9b"),
    ("loader", "#b98a5e"),
    ("decompress", "#d9a520"),
    ("kernel", "#3d85c6"),
    ("init", "#4a9e5c"),
    ("network", "#9b6fc3"),
    (FIRST_ANSWER, "#d05a5a"),
];
/// For any other phase.
const OTHER: &str = "#999999";

const STYLE: &str = "text { font: 13px sans-serif; fill: #1f2328; } .note { fill: #59636e; } \
                     .spread { stroke: #1f2328; stroke-width: 1.5; } .axis { stroke: #d1d9e0; } \
                     @media (prefers-color-scheme: dark) { text { fill: #f0f6fc; } .note { fill: #9198a1; } \
                     .spread { stroke: #f0f6fc; } .axis { stroke: #3d444d; } }";

pub fn phases(results: &Results) -> String {
    let machines: Vec<&MachineResult> = results
        .machines
        .iter()
        .filter(|machine| !machine.boots.is_empty())
        .collect();
    let longest = machines
        .iter()
        .filter_map(|machine| Some(machine.seconds()?.max))
        .fold(1.0, f64::max);
    let scale = (WIDTH - LEFT - RIGHT) / longest;
    let height = TOP + ROW * machines.len() as f64 + 30.0;

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"Seconds from power-on to the first answer, by phase\">\n<style>{STYLE}</style>\n\
         <text x=\"{LEFT}\" y=\"22\">Seconds from power-on to the first HTTP answer, by phase (medians)</text>\n"
    );
    legend(&mut svg, &machines);
    axis(&mut svg, longest, scale, height);
    for (index, machine) in machines.iter().enumerate() {
        bar(&mut svg, machine, TOP + ROW * index as f64, scale);
    }
    svg + "</svg>\n"
}

fn legend(svg: &mut String, machines: &[&MachineResult]) {
    let mut x = LEFT;
    for (name, colour) in PHASES {
        let is_there = |machine: &&MachineResult| machine.phases().iter().any(|it| it.0 == name);
        if machines.iter().any(is_there) {
            element(
                svg,
                "rect",
                &format!("x=\"{x}\" y=\"38\" width=\"12\" height=\"12\" fill=\"{colour}\""),
            );
            text(svg, x + 18.0, 49.0, "note", name);
            x += 34.0 + 8.0 * name.len() as f64;
        }
    }
}

/// A line for each second, or fewer where those would be too close together.
fn axis(svg: &mut String, longest: f64, scale: f64, height: f64) {
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
    let step = steps.into_iter().find(|step| step * scale >= 40.0);
    let step = step.unwrap_or(200.0);
    let bottom = height - 24.0;
    let mut seconds = 0.0;
    while seconds <= longest {
        let x = LEFT + seconds * scale;
        let ends =
            format!("x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom}\" class=\"axis\"");
        element(svg, "line", &ends);
        text(svg, x - 4.0, height - 8.0, "note", &format!("{seconds}"));
        seconds += step;
    }
}

fn bar(svg: &mut String, machine: &MachineResult, top: f64, scale: f64) {
    let Some(spread) = machine.seconds() else {
        return;
    };
    text(svg, LEFT, top + 14.0, "", &machine.title);
    let y = top + 20.0;
    let mut x = LEFT;
    for (name, seconds) in machine.phases() {
        let colour = PHASES.iter().find(|(other, _)| *other == name);
        let colour = colour.map_or(OTHER, |(_, colour)| colour);
        let width = seconds * scale;
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" fill=\"{colour}\">\
             <title>{}: {seconds:.2} s</title></rect>",
            escaped(name)
        );
        x += width;
    }
    // from the quickest boot to the slowest
    let (from, to, middle) = (
        LEFT + spread.min * scale,
        LEFT + spread.max * scale,
        y + BAR / 2.0,
    );
    for (x1, x2, y1, y2) in [
        (from, to, middle, middle),
        (from, from, middle - 4.0, middle + 4.0),
        (to, to, middle - 4.0, middle + 4.0),
    ] {
        let ends =
            format!("x1=\"{x1:.1}\" x2=\"{x2:.1}\" y1=\"{y1}\" y2=\"{y2}\" class=\"spread\"");
        element(svg, "line", &ends);
    }
    let figures = format!(
        "{:.2} ({:.2} to {:.2})",
        spread.median, spread.min, spread.max
    );
    text(svg, x.max(to) + 8.0, y + 16.0, "", &figures);
}

fn element(svg: &mut String, name: &str, attributes: &str) {
    let _ = writeln!(svg, "<{name} {attributes}/>");
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, text: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>",
        escaped(text)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::example;

    /// The values of an attribute of all coloured pieces.
    fn pieces(svg: &str, attribute: &str) -> Vec<f64> {
        svg.lines()
            .filter(|line| line.contains("<title>"))
            .map(|line| {
                let (_, after) = line.split_once(&format!(" {attribute}=\"")).unwrap();
                after.split('"').next().unwrap().parse().unwrap()
            })
            .collect()
    }

    #[test]
    fn each_machine_has_a_bar_of_its_phases_one_behind_the_other() {
        let svg = phases(&example());
        let (x, width) = (pieces(&svg, "x"), pieces(&svg, "width"));
        assert_eq!(x.len(), 4);
        assert_eq!((x[0], x[2]), (LEFT, LEFT));
        assert!((x[0] + width[0] - x[1]).abs() < 0.2, "{svg}");
        assert!((x[2] + width[2] - x[3]).abs() < 0.2, "{svg}");
        // medians of 1.25 s and 5.5 s
        assert!((width[2] / width[0] - 5.5 / 1.25).abs() < 0.01, "{svg}");
        assert!(x[3] + width[3] <= WIDTH - RIGHT + 0.2, "{svg}");
    }

    #[test]
    fn text_can_not_end_the_picture() {
        let svg = phases(&example());
        assert!(svg.contains("the experiment &lt;&amp;>"), "{svg}");
        assert!(!svg.contains("<&"), "{svg}");
    }

    #[test]
    fn every_element_is_closed_and_nothing_runs() {
        let svg = phases(&example());
        let mut open = vec![];
        for tag in svg.split('<').skip(1) {
            let tag = tag.split_once('>').expect("a tag ends").0;
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap());
            }
        }
        assert_eq!(open, Vec::<&str>::new());
        assert!(!svg.contains("<script"));
        assert!(svg.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn a_machine_that_was_not_booted_has_no_bar() {
        let mut results = example();
        results.machines[0].boots.clear();
        assert_eq!(pieces(&phases(&results), "x").len(), 2);
    }
}
