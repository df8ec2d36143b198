//! A device without memory: in a process of its own, whose address space is small. Software devices only, whose memory that is.
#![cfg(target_os = "linux")]

use std::process::Command;

use wgconv::{Context, Conv, ConvShapes, Error, Pass, Tensor};

use crate::{assert_works, own_context};

/// KiB of address space: enough for a driver with its compiler, too little for what the child asks for.
const ADDRESS_SPACE: u64 = 5 << 20;

/// Elements of a tensor that is a part of it.
const PART: usize = 96 << 20;
const SMALL_PART: usize = 2 << 20;

/// Fills what is left by tensors of so many elements; the error that ends it, or `None` if nothing does.
fn fill(ctx: &Context, elements: usize, taken: &mut Vec<Tensor>) -> Option<Error> {
    for _ in 0..100 {
        let tensor = ctx.zeros(&[elements]).or_else(|_| {
            // What was submitted may still hold memory, which it then gives back.
            ctx.wait()?;
            ctx.zeros(&[elements])
        });
        match tensor {
            Ok(tensor) => taken.push(tensor),
            Err(error) => return Some(error),
        }
    }
    None
}

/// The child's part of the test below.
#[test]
#[ignore = "run by the test below, in a process that has little memory"]
fn child_takes_all_memory() {
    let ctx = own_context();
    assert_works(&ctx);
    // Whose packed kernel takes 40 MB of workspace.
    let conv = Conv::<1>::new([1]).build().unwrap();
    let (x, w) = (ctx.zeros(&[1, 3200, 8]).unwrap(), ctx.zeros(&[3200, 3200, 1]).unwrap());
    let plan = conv.plan(&ctx, Pass::Forward, ConvShapes::new(x.shape(), w.shape())).unwrap();
    for round in 0..3 {
        let mut taken: Vec<Tensor> = Vec::new();
        let Some(error) = fill(&ctx, PART, &mut taken) else {
            // Newer lavapipe: memory that is not mapped takes no address space.
            println!("this driver gives out what it has not");
            return;
        };
        assert!(matches!(error, Error::OutOfMemory { bytes, .. } if bytes == 4 * PART as u64), "{error:?}");
        assert!(!taken.is_empty(), "{error}");
        if round == 0 {
            ctx.wait().unwrap();
            let held = || ctx.device().generate_allocator_report().map(|report| report.total_allocated_bytes);
            let before = held();
            for _ in 0..crate::leaks::REPETITIONS {
                ctx.zeros::<f32>(&[PART]).unwrap_err();
            }
            assert_eq!(held(), before, "what could not be had is not held either");
        }
        // What is small still works, though what is large has no room.
        assert_works(&ctx);
        // A result, and what reading it back is staged in.
        let error = loop {
            match wgconv::nn::relu(&ctx, &taken[0]) {
                Ok(tensor) => taken.push(tensor),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::OutOfMemory { .. }), "{error:?}");
        let error = taken[0].read_blocking().map(drop).unwrap_err();
        assert!(matches!(error, Error::OutOfMemory { .. }), "{error:?}");
        assert_works(&ctx);
        fill(&ctx, SMALL_PART, &mut taken).unwrap();
        // Where the algorithm needs none, there is room enough.
        if plan.workspace_bytes() > 4 * SMALL_PART as u64 {
            let error = conv.forward(&ctx, &x, &w, None).map(drop).unwrap_err();
            assert!(matches!(error, Error::OutOfMemory { bytes, .. } if bytes == plan.workspace_bytes()), "{error:?}");
        }
        drop(taken);
        ctx.wait().unwrap();
        conv.forward(&ctx, &x, &w, None).unwrap();
    }
    println!("out of memory three times, and working");
}

#[test]
fn out_of_memory_is_an_error_and_the_context_works_afterwards() {
    if !crate::context().limits().is_software {
        return;
    }
    let test = std::env::current_exe().unwrap();
    let script =
        format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" --exact memory::child_takes_all_memory --ignored --nocapture");
    let output = Command::new("sh").env("RUST_BACKTRACE", "0").args(["-c", &script]).arg(test).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let shown = ["out of memory three times, and working", "this driver gives out what it has not"];
    assert!(output.status.success() && shown.iter().any(|line| printed.contains(line)), "{output:?}");
}
