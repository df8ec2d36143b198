//! The exact check without a device: the reference on the whole case stands for it.

use wgconv::PoolKind;
use wgconv::case::{ConvCase, ConvTransposeCase, PoolCase};
use wgconv::reference::{conv, conv_transpose, pool};

use super::*;

/// An input of all samples.
fn whole(exact: &Exact, operand: Operand) -> Vec<f32> {
    let (_, values, factors) = exact.inputs.iter().find(|input| input.0 == operand).unwrap();
    let factors = if factors.is_empty() { &[1.0][..] } else { factors };
    factors.iter().flat_map(|factor| values.iter().map(move |value| value * factor)).collect()
}

/// What the reference computes from all of the data at once.
fn plainly(case: &Case, pass: &str, exact: &Exact) -> Output {
    let of = |operand| whole(exact, operand);
    let sums = |sums: Result<wgconv::reference::Sums>| Output { values: sums.unwrap().to_f32(), indices: None };
    match case {
        Case::Conv(case) => {
            let problem = ConvCase::problem(case).unwrap();
            sums(match pass {
                "forward" => conv::forward(&problem, &of(Operand::X), &of(Operand::W), None),
                "input_grad" => conv::input_grad(&problem, &of(Operand::Dy), &of(Operand::W)),
                "kernel_grad" => conv::kernel_grad(&problem, &of(Operand::X), &of(Operand::Dy)),
                _ => conv::bias_grad(&problem, &of(Operand::Dy)),
            })
        }
        Case::ConvTranspose(case) => {
            let problem = ConvTransposeCase::problem(case).unwrap();
            sums(match pass {
                "forward" => conv_transpose::forward(&problem, &of(Operand::X), &of(Operand::W), None),
                "input_grad" => conv_transpose::input_grad(&problem, &of(Operand::Dy), &of(Operand::W)),
                "kernel_grad" => conv_transpose::kernel_grad(&problem, &of(Operand::X), &of(Operand::Dy)),
                _ => conv_transpose::bias_grad(&problem, &of(Operand::Dy)),
            })
        }
        Case::Nn(case) => panic!("{case} has no benchmark"),
        Case::Pool(case) => {
            let problem = PoolCase::problem(case).unwrap();
            let indices: Vec<u32> = match exact.indices {
                Some(_) => (0..case.batch as usize).flat_map(|sample| exact.indices_of(sample)).collect(),
                None => Vec::new(),
            };
            let moved = |values: wgconv::Result<Vec<f32>>| Output { values: values.unwrap(), indices: None };
            if let PoolKind::Lp { .. } = problem.kind {
                let x = of(Operand::X);
                return sums(match pass {
                    "forward" => pool::lp_forward(&problem, &x),
                    _ => pool::lp_backward(&problem, &x, &of(Operand::Y), &of(Operand::Dy)),
                });
            }
            match (exact.channels.is_max(), pass) {
                (true, "backward") => sums(pool::max_backward(&problem, &of(Operand::Dy), &indices)),
                (true, "unpool") => moved(pool::unpool(&problem, &of(Operand::Y), &indices)),
                (true, "unpool_backward") => moved(pool::unpool_backward(&problem, &of(Operand::Dx), &indices)),
                (true, _) => {
                    let (values, indices) = pool::max_forward(&problem, &of(Operand::X)).unwrap();
                    Output { values, indices: Some(indices) }
                }
                (false, "forward") => sums(pool::average_forward(&problem, &of(Operand::X))),
                (false, _) => sums(pool::average_backward(&problem, &of(Operand::Dy))),
            }
        }
    }
}

const CASES: [&str; 10] = [
    "n3c4h7w6k6r3s2u2x1p1x0g2",
    "n2c2w9k3s3a2",
    "n3c4h7w6k6r3s2sharedg2",
    "tconvn3c4h4w3k6r3s2u2x3p1x0o1x2g2",
    "tconvn2c3w5k2s3a2",
    "maxn3c3h7w6r3s2",
    "avgn2c3h7w6r3s2p1exclpad",
    "maxn3c2h7w6r3s2flat",
    "adaptavgn2c3h7w6r3s4",
    "lpn2c3h7w6r3s2p1pow3",
];

#[test]
fn the_first_sample_and_its_factors_say_what_the_whole_case_gives() {
    for (case, seed) in CASES.iter().flat_map(|case| (0..5).map(move |seed| (case, seed))) {
        let case: Case = case.parse().unwrap();
        for pass in case.passes() {
            let exact = Exact::new(&case, pass, seed).unwrap();
            let mut output = plainly(&case, pass, &exact);
            let all = exact.check(&output, Effort(u64::MAX), 1).unwrap();
            assert!(all.as_ref().is_ok_and(|how| how.ends_with("all outputs")), "{case} {pass}: {all:?}");

            let last = output.values.len() - 1;
            for wrong in [output.values[last] + 1.0, f32::NAN] {
                output.values[last] = wrong;
                assert!(exact.check(&output, Effort(1), 1).unwrap().is_err(), "{case} {pass}: {wrong}");
            }
        }
    }
}

#[test]
fn wrong_indices_and_swapped_samples_are_found() {
    let case: Case = "maxn2c3h7w6r3s2".parse().unwrap();
    let exact = Exact::new(&case, "forward_with_indices", 1).unwrap();
    let mut output = plainly(&case, "forward_with_indices", &exact);
    output.indices.as_mut().unwrap()[0] += 1;
    assert!(exact.check(&output, Effort(1), 1).unwrap().unwrap_err().contains("index"));

    let case: Case = "n2c2w9k3s3".parse().unwrap();
    // A seed whose two samples differ.
    let exact = (0..).map(|seed| Exact::new(&case, "forward", seed).unwrap());
    let exact = exact.into_iter().find(|exact| exact.inputs[0].2[0] != exact.inputs[0].2[1]).unwrap();
    let mut output = plainly(&case, "forward", &exact);
    let half = output.values.len() / 2;
    output.values.rotate_left(half);
    assert!(exact.check(&output, Effort(u64::MAX), 1).unwrap().is_err());
}

#[test]
fn long_sums_stay_exact() {
    // 25 million terms: sparse data.
    let case: Case = "n500c1h224w224k1r1s1".parse().unwrap();
    let exact = Exact::new(&case, "kernel_grad", 1).unwrap();
    let magnitudes: f64 =
        exact.inputs[0].1.iter().zip(&exact.inputs[1].1).map(|(x, dy)| f64::from((x * dy).abs())).sum();
    assert!(magnitudes > 0.0 && magnitudes * 4.0 * 500.0 < f64::from(1 << 24));
}
