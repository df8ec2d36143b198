//! What AMD's compiler makes of the tiled kernels, without their hardware: registers, spills, waves, and the share of
//! multiply-adds. Mesa's RADV compiles for a device that is not there if the environment names its family; nothing is
//! executed. `scripts/isa` runs this; `cargo test` alone does not, because it asks for that driver.

mod disassembly;
mod radv;
mod spirv;

use wgconv::case::Case;
use wgconv::{Algorithm, DeviceLimits, PlanOptions, StepInfo, Strategy};

use radv::{Compiled, Radv};

/// Waves on a SIMD that hide the latency of memory while each has a step's loads under way.
const LEAST_WAVES: u64 = 8;

/// A problem that takes a tile, and the least share of multiply-adds, in percent, among the vector instructions of the loop.
struct Row {
    case: &'static str,
    pass: &'static str,
    tile: [u32; 3],
    least_share: u32,
}

const fn row(case: &'static str, pass: &'static str, tile: [u32; 3], least_share: u32) -> Row {
    Row { case, pass, tile, least_share }
}

/// The largest tile in every pass and with every kind of padding and stride first, then every other tile.
const ROWS: [Row; 37] = [
    row("n32c128h58w58k128r3s3", "forward", [128, 128, 16], 90),
    row("n32c128h56w56k128r3s3p1", "forward", [128, 128, 16], 90),
    row("n32c256h56w56k128r1s1", "forward", [128, 128, 16], 90),
    row("n64c128h56w56k128r3s3u2p1", "forward", [128, 128, 16], 90),
    row("n32c128h56w56k128r3s3p1", "input_grad", [128, 128, 16], 90),
    row("n32c128h112w112k128r3s3u2p1", "input_grad", [128, 128, 16], 85),
    row("n32c128h58w58k128r3s3", "kernel_grad", [128, 128, 8], 80),
    row("n32c128h56w56k128r3s3p1", "kernel_grad", [128, 128, 8], 80),
    row("n32c128h112w112k128r3s3u2p1", "kernel_grad", [128, 128, 8], 80),
    row("n32c64h56w56k64r3s3p1", "forward", [64, 128, 8], 80),
    row("n32c32h112w112k32r3s3p1", "forward", [32, 256, 8], 80),
    row("n32c512h14w14k512r3s3p1", "forward", [64, 64, 16], 80),
    row("n1c512h7w7k512r3s3p1", "forward", [64, 32, 16], 75),
    row("n32c16h112w112k16r3s3p1", "forward", [16, 128, 16], 65),
    row("n32c64h56w56k128r1s1", "kernel_grad", [128, 64, 16], 80),
    row("n32c64h56w56k64r3s3p1", "kernel_grad", [64, 64, 16], 75),
    row("n32c16h56w56k16r3s3p1", "kernel_grad", [32, 32, 16], 57),
    // Padding other than zeros; of a kernel gradient only windows across a border take all that is counted.
    row("n32c128h56w56k128r3s3p1reflect", "forward", [128, 128, 16], 84),
    row("n32c128h56w56k128r3s3p1circular", "forward", [128, 128, 16], 84),
    row("n32c3h112w112k64r7s7u2p3replicate", "forward", [64, 128, 8], 72),
    row("n32c128h56w56k128r3s3p1reflect", "kernel_grad", [128, 128, 8], 66),
    row("n32c128h56w56k128r3s3p1circular", "kernel_grad", [128, 128, 8], 66),
    row("n32c64h56w56k64r3s3p1replicate", "kernel_grad", [64, 64, 16], 60),
    // Channels last, which are staged in fours.
    row("n32c128h58w58k128r3s3lastxlasty", "forward", [128, 128, 16], 90),
    row("n32c128h56w56k128r3s3p1lastxlasty", "forward", [128, 128, 16], 90),
    row("n32c256h56w56k128r1s1lastxlasty", "forward", [128, 128, 16], 90),
    row("n32c128h56w56k128r3s3p1lastxlasty", "input_grad", [128, 128, 16], 90),
    row("n32c128h112w112k128r3s3u2p1lastxlasty", "input_grad", [128, 128, 16], 85),
    row("n32c64h56w56k64r3s3p1lastxlasty", "forward", [64, 128, 8], 80),
    row("n32c32h112w112k32r3s3p1lastxlasty", "forward", [32, 256, 8], 80),
    row("n32c512h14w14k512r3s3p1lastxlasty", "forward", [64, 64, 16], 80),
    row("n1c512h7w7k512r3s3p1lastxlasty", "forward", [64, 32, 16], 72),
    row("n32c16h112w112k16r3s3p1lastxlasty", "forward", [16, 128, 16], 65),
    row("n32c128h56w56k128r3s3p1lastxlasty", "kernel_grad", [128, 128, 16], 80),
    row("n32c64h56w56k128r1s1lastxlasty", "kernel_grad", [128, 64, 16], 80),
    row("n32c64h56w56k64r3s3p1lastxlasty", "kernel_grad", [64, 64, 16], 75),
    row("n32c16h56w56k16r3s3p1lastxlasty", "kernel_grad", [32, 32, 16], 57),
];

/// Width, height and depth of the tile of a step, if it multiplies tiles.
fn tile_of(step: &StepInfo<'_>) -> Option<[u32; 3]> {
    let constant = |name| step.constants.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    Some([constant("TILE_M")?, constant("TILE_N")?, constant("TILE_K")?])
}

/// Compiles the tiled kernel of a row's plan.
fn compile(radv: &Radv, row: &Row) -> Compiled {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Tiled), ..PlanOptions::default() };
    let case: Case = row.case.parse().unwrap_or_else(|error| panic!("{}: {error}", row.case));
    let plan = case
        .plan_spec(&DeviceLimits::default(), row.pass, false, &options)
        .unwrap_or_else(|error| panic!("{}: {error}", row.case));
    let step = plan.steps().find(|step| tile_of(step).is_some()).unwrap_or_else(|| panic!("{plan}"));
    assert_eq!(tile_of(&step), Some(row.tile), "{} {} takes another tile: {plan}", row.case, row.pass);
    let module = spirv::module(&step);
    radv.compile(&module).unwrap_or_else(|error| panic!("{} {}: {error}", row.case, row.pass))
}

/// What is wrong with the code of a row, and its line of the table.
fn judge(row: &Row, compiled: &Compiled) -> (String, Option<String>) {
    let number = |name| compiled.statistic(name).unwrap_or_else(|| panic!("RADV says nothing of {name}: {compiled:?}"));
    let spills = number("Spilled VGPRs") + number("Spilled SGPRs") + number("Scratch size");
    let (registers, waves, bytes) = (number("VGPRs"), number("Subgroups per SIMD"), number("LDS size"));
    let main = disassembly::main_loop(&compiled.code).unwrap_or_else(|| panic!("no loop: {}", compiled.code));
    let (share, overlapped) = (main.share(), main.overlapped);
    let [m, n, k] = row.tile;
    let line = format!(
        "| {:<37} | {:<11} | {:<10} | {bytes:>5} | {registers:>3} | {waves:>2} | {spills} | {} | {share:.1} | {} / {} | {overlapped} | {} |",
        row.case,
        row.pass,
        format!("{m}x{n}x{k}"),
        main.vector,
        main.loads,
        main.wide_loads,
        number("Inverse Throughput"),
    );
    let fine = spills == 0 && waves >= LEAST_WAVES && share >= f64::from(row.least_share);
    let wanted = format!("{line}\n  wanted: no spills, {LEAST_WAVES} waves, {} % multiply-adds", row.least_share);
    (line, (!fine).then_some(wanted))
}

#[test]
fn tiled_kernels_do_not_spill_and_mostly_multiply() {
    let radv = Radv::open().unwrap_or_else(|error| panic!("{error}: scripts/isa says how to run this"));
    println!("{}", radv.name);
    println!(
        "| case | pass | tile | bytes | registers | waves | spills | vector | share | loads / of fours | overlapped | inverse throughput |"
    );
    let mut faults = Vec::new();
    for row in &ROWS {
        let (line, fault) = judge(row, &compile(&radv, row));
        println!("{line}");
        faults.extend(fault);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A window of each kind, of kernels that keep all of it in registers.
#[test]
fn depthwise_kernels_for_channels_last_do_not_spill() {
    let radv = Radv::open().unwrap_or_else(|error| panic!("{error}: scripts/isa says how to run this"));
    println!("| case | pass | kernel | registers | waves |");
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Depthwise), ..PlanOptions::default() };
    for window in ["r3s3p1", "r3s3u2p1", "r5s5p2", "r5s5u2p2"] {
        for channels in [144, 142] {
            let case = format!("n32c{channels}h56w56k{channels}{window}g{channels}lastxlasty");
            for pass in ["forward", "input_grad", "kernel_grad"] {
                let parsed: Case = case.parse().unwrap_or_else(|error| panic!("{case}: {error}"));
                let plan = parsed.plan_spec(&DeviceLimits::default(), pass, false, &options);
                let plan = plan.unwrap_or_else(|error| panic!("{case} {pass}: {error}"));
                let step = plan.steps().find(|step| step.kernel.contains("_last")).unwrap_or_else(|| panic!("{plan}"));
                let compiled = radv.compile(&spirv::module(&step)).unwrap_or_else(|error| panic!("{case}: {error}"));
                let number = |name| compiled.statistic(name).unwrap_or_else(|| panic!("{name}: {compiled:?}"));
                let [registers, waves] = ["VGPRs", "Subgroups per SIMD"].map(number);
                println!("| {case} | {pass} | {} | {registers} | {waves} |", step.kernel);
                let spills = number("Spilled VGPRs") + number("Spilled SGPRs") + number("Scratch size");
                assert_eq!(spills, 0, "{case} {pass}: {compiled:?}");
            }
        }
    }
}

/// A kernel that cannot be kept in registers is found.
#[test]
fn a_planted_spill_is_found() {
    let radv = Radv::open().unwrap_or_else(|error| panic!("{error}: scripts/isa says how to run this"));
    let source = "
        @group(0) @binding(0) var<storage, read_write> y: array<f32>;
        @compute @workgroup_size(64)
        fn main(@builtin(local_invocation_index) local: u32) {
            var all: array<vec4<f32>, 512>;
            for (var i = 0u; i < 512u; i++) { all[(i + local) % 512u] = vec4<f32>(y[i], y[i + 1u], y[i + 2u], y[i + 3u]); }
            for (var i = 0u; i < 512u; i++) { y[i * 64u + local] = all[(i * local) % 512u].x; }
        }";
    let compiled = radv.compile(&spirv::translate(source, "main", &[])).unwrap();
    let (_, fault) = judge(&row("planted", "none", [0; 3], 0), &compiled);
    assert!(fault.is_some(), "{compiled:?}");
}
