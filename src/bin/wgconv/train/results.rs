//! What a run leaves behind: pictures and history.

use anyhow::Result;

use super::epoch::Outcome;
use super::network::{Network, predictions, probability};
use super::report::History;
use super::setup::Setup;
use crate::data::fashion::CLASSES;
use crate::data::{Dataset, PIXELS};
use crate::draw::{self, Example};
use crate::say;

/// Writes all files into the output folder; `outcome` is the last evaluation of the test images.
pub fn write(setup: &Setup<'_>, network: &Network, outcome: &Outcome, history: &mut History<'_>) -> Result<()> {
    let predicted = predictions(&outcome.logits);
    let mut confusion = [[0; CLASSES]; CLASSES];
    for (index, &class) in predicted.iter().enumerate() {
        confusion[usize::from(setup.test.label(index))][usize::from(class)] += 1;
    }
    history.confusion = Some(confusion);

    let out = &setup.args.out;
    let kernels = &network.weights(setup.normalisation)?.values[0];
    let mut files = vec!["history.json", "kernels.svg", "features.svg", "confusion.svg"];
    history.save(&out.join("history.json"))?;
    let (_, taps) = setup.args.network.first_kernel();
    draw::kernels(&out.join("kernels.svg"), kernels, taps)?;
    draw_features(setup, network, outcome, &predicted, kernels)?;
    draw::confusion(&out.join("confusion.svg"), &confusion)?;
    if !history.epochs.is_empty() {
        draw::curves(&out.join("curves.svg"), &history.epochs)?;
        files.push("curves.svg");
    }
    say!("written to {}: {}", out.display(), files.join(", "));
    Ok(())
}

fn draw_features(
    setup: &Setup<'_>,
    network: &Network,
    outcome: &Outcome,
    predicted: &[u8],
    kernels: &[f32],
) -> Result<()> {
    let chosen = choose(&setup.test, predicted);
    let (images, _) = setup.test.batch(&chosen, setup.normalisation);
    let (maps, (channels, taps)) = (network.first_layer(&images)?, setup.args.network.first_kernel());
    let example = |(&index, maps): (&usize, _)| Example {
        image: setup.test.image(index),
        maps,
        label: setup.test.label(index),
        predicted: predicted[index],
        probability: probability(&outcome.logits[index * CLASSES..(index + 1) * CLASSES], predicted[index]),
    };
    let examples: Vec<Example<'_>> = chosen.iter().zip(maps.chunks_exact(channels * PIXELS)).map(example).collect();
    draw::features(&setup.args.out.join("features.svg"), &examples, kernels, taps)
}

/// Six images: the first four of different classes that are right, then the first two that are wrong; where there are
/// too few of a kind, others.
fn choose(test: &Dataset, predicted: &[u8]) -> Vec<usize> {
    let right = |index: &usize| predicted[*index] == test.label(*index);
    let mut chosen: Vec<usize> = Vec::new();
    for index in (0..test.len()).filter(right) {
        if chosen.len() < 4 && chosen.iter().all(|&other| test.label(other) != test.label(index)) {
            chosen.push(index);
        }
    }
    chosen.extend((0..test.len()).filter(|index| !right(index)).take(2));
    let others: Vec<usize> = (0..test.len()).filter(|index| !chosen.contains(index)).collect();
    chosen.extend(others.into_iter().take(6 - chosen.len()));
    chosen
}
