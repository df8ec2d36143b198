//! The network's parameters on the host, and as a safetensors file with PyTorch's names.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use wgconv::safetensors::{Reader, Writer};

use super::network::{Architecture, Entry, Start};
use crate::data::Normalisation;

/// The one entry of the file's metadata. One, because the format's writer puts several in random order, and the same
/// weights should give the same file.
const NORMALISATION_KEY: &str = "wgconv.normalisation";
/// The largest network has 80,000 numbers; a file above this size is something else.
const MOST_BYTES: u64 = 16 << 20;

/// All tensors of a network, in the order of [`Architecture::entries`], and the normalisation of the images that they were
/// trained with.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    pub architecture: Architecture,
    pub values: Vec<Vec<f32>>,
    /// Unknown for files that something else wrote.
    pub normalisation: Option<Normalisation>,
}

impl Weights {
    /// As training begins.
    pub fn random(architecture: Architecture, seed: u64, normalisation: Normalisation) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let values = architecture.entries().into_iter().map(|Entry { shape, start, .. }| {
            let count = shape.iter().product();
            let fan_in = shape[1..].iter().product::<usize>() as f32;
            match start {
                Start::Narrow => wgconv::nn::init::normal(&mut rng, count, (3.0 * fan_in).sqrt().recip()),
                Start::Kaiming => wgconv::nn::init::normal(&mut rng, count, (2.0 / fan_in).sqrt()),
                Start::Constant(value) => vec![value; count],
            }
        });
        Weights { architecture, values: values.collect(), normalisation: Some(normalisation) }
    }

    /// Whether they are numbers that one can go on with.
    pub fn are_finite(&self) -> bool {
        self.values.iter().flatten().all(|value| value.is_finite())
    }

    /// Reads a file, and checks that it holds this network. What else is in it, as the counters of batches that PyTorch's
    /// normalisations keep, is not looked at.
    pub fn load(architecture: Architecture, path: &Path) -> Result<Self> {
        let file = Reader::open_at_most(path, MOST_BYTES)?;
        Self::read(architecture, &file).with_context(|| format!("cannot load weights from {}", path.display()))
    }

    fn read(architecture: Architecture, file: &Reader) -> Result<Self> {
        let mut values = Vec::new();
        for Entry { name, shape, .. } in architecture.entries() {
            let found = file.entry(&name)?.expect_shape(&shape)?.values()?;
            ensure!(found.iter().all(|value| value.is_finite()), "{name} has NaN or infinity in it");
            // A negative variance has no root. The names are PyTorch's.
            let negative = name.ends_with("running_var") && found.iter().any(|&value| value < 0.0);
            ensure!(!negative, "{name} has a negative variance in it");
            values.push(found);
        }
        let normalisation: Option<Normalisation> = file
            .metadata(NORMALISATION_KEY)
            .map(serde_json::from_str)
            .transpose()
            .with_context(|| format!("{NORMALISATION_KEY} in the file's metadata is damaged"))?;
        let usable = |n: Normalisation| n.mean.is_finite() && n.deviation.is_finite() && n.deviation > 0.0;
        ensure!(normalisation.is_none_or(usable), "{NORMALISATION_KEY} is {normalisation:?}");
        Ok(Weights { architecture, values, normalisation })
    }

    /// Writes the file; an old one stays whole until the new one is complete.
    pub fn save(&self, path: &Path) -> Result<()> {
        Ok(self.writer()?.save(path)?)
    }

    fn writer(&self) -> Result<Writer> {
        let mut writer = Writer::new();
        for (Entry { name, shape, .. }, values) in self.architecture.entries().iter().zip(&self.values) {
            writer.values(name, shape, values)?;
        }
        if let Some(normalisation) = &self.normalisation {
            writer.metadata(NORMALISATION_KEY, &serde_json::to_string(normalisation)?);
        }
        Ok(writer)
    }
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{Dtype, TensorView};

    use super::*;

    const NORMALISATION: Normalisation = Normalisation { mean: 0.1, deviation: 1.0 / 3.0 };

    fn weights() -> Weights {
        Weights::random(Architecture::Lenet, 7, NORMALISATION)
    }

    fn read(bytes: Vec<u8>) -> Result<Weights> {
        Weights::read(Architecture::Lenet, &Reader::from_bytes(bytes)?)
    }

    #[test]
    fn a_file_keeps_every_bit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("w.safetensors");
        for architecture in [Architecture::ResnetSmall, Architecture::Lenet] {
            let weights = Weights::random(architecture, 7, NORMALISATION);
            weights.save(&path).unwrap();
            assert_eq!(Weights::load(architecture, &path).unwrap(), weights);
        }
        let first = std::fs::read(&path).unwrap();
        weights().save(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first, "same weights, same file");
        let foreign = Weights { normalisation: None, ..weights() };
        assert_eq!(read(foreign.writer().unwrap().to_bytes().unwrap()).unwrap(), foreign);
    }

    #[test]
    fn the_seed_decides_the_weights() {
        assert_eq!(weights(), weights());
        assert_ne!(weights().values, Weights::random(Architecture::Lenet, 8, NORMALISATION).values);
        assert!(weights().values[1].iter().all(|&bias| bias == 0.0));
    }

    fn message(bytes: &[u8]) -> String {
        format!("{:#}", read(bytes.to_vec()).unwrap_err())
    }

    #[test]
    fn damaged_and_foreign_files_are_refused() {
        let good = weights().writer().unwrap().to_bytes().unwrap();
        for end in [0, 7, 8, 100, good.len() - 1] {
            assert!(message(&good[..end]).contains("not a safetensors file"), "{end} bytes");
        }
        assert!(message(b"PK\x03\x04 something else altogether").contains("not a safetensors file"));
        let one = TensorView::new(Dtype::F32, vec![2], &[0; 8]).unwrap();
        let other = safetensors::serialize([("fc.bias", one)], None).unwrap();
        assert!(message(&other).contains("conv1.weight is missing; the file has [\"fc.bias\"]"));
        let mut infinite = weights();
        infinite.values[4][0] = f32::NAN;
        assert!(message(&infinite.writer().unwrap().to_bytes().unwrap()).contains("dense.weight has NaN"));
    }

    #[test]
    fn a_negative_variance_is_refused() {
        let architecture = Architecture::ResnetSmall;
        let mut weights = Weights::random(architecture, 7, NORMALISATION);
        let at = architecture.entries().iter().position(|entry| entry.name == "bn1.running_var").unwrap();
        weights.values[at][3] = -1e-3;
        let file = Reader::from_bytes(weights.writer().unwrap().to_bytes().unwrap()).unwrap();
        let text = format!("{:#}", Weights::read(architecture, &file).unwrap_err());
        assert!(text.contains("bn1.running_var has a negative variance"), "{text}");
    }

    #[test]
    fn wrong_shape_and_type_are_named() {
        let wide = vec![0; 8 * 16 * 5 * 5];
        let single = &wide[wide.len() / 2..];
        let shape = vec![16, 1, 5, 5];
        let turned = vec![1, 16, 5, 5];
        for (view, words) in [
            (TensorView::new(Dtype::F64, shape, &wide).unwrap(), "has type F64"),
            (
                TensorView::new(Dtype::F32, turned, single).unwrap(),
                "has shape [1, 16, 5, 5], but must be [16, 1, 5, 5]",
            ),
        ] {
            let text = message(&safetensors::serialize([("conv1.weight", view)], None).unwrap());
            assert!(text.contains(words), "{text}");
        }
    }
}
