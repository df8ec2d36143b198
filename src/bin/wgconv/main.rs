//! `wgconv`: shows on the command line what the library does.

mod algorithms;
mod bench;
mod compare;
mod data;
mod devices;
mod draw;
mod files;
mod filter;
mod interrupt;
mod train;
mod tune;
mod tuning;
mod verify;

use std::process::ExitCode;

use clap::Parser;

/// Prints a line. Unlike `println!`, a reader that went away (`wgconv train | head`) does not end the run.
macro_rules! say {
    ($($argument:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($argument)*);
    }};
}
pub(crate) use say;

/// Convolution and pooling for wgpu
#[derive(Parser)]
#[command(name = "wgconv", version, about)]
enum Command {
    Bench(Box<bench::BenchArgs>),
    Compare(Box<compare::CompareArgs>),
    #[command(hide = true)]
    Peer(compare::OwnArgs),
    Train(Box<train::TrainArgs>),
    Tune(Box<tune::TuneArgs>),
    Verify(verify::VerifyArgs),
    Filter(filter::FilterArgs),
    Devices(devices::DevicesArgs),
}

fn main() -> ExitCode {
    // wgpu tries every backend and logs those that are not there as errors: noise for everybody who has another one.
    let filter = "warn,wgpu_hal::gles=off,wgpu_hal::vulkan::instance=off";
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(filter)).init();
    let result = match Command::parse() {
        Command::Bench(args) => bench::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Peer(args) => compare::run_own(&args),
        Command::Train(args) => train::run(&args),
        Command::Tune(args) => tune::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Filter(args) => filter::run(&args),
        Command::Devices(args) => devices::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
