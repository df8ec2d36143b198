//! Labelled images: the embedded subset, or the IDX files of a folder; and how they are normalised for the network.

pub mod fashion;
mod idx;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use fashion::{CLASSES, Part, SIDE};
use idx::{Idx, IdxError};

/// Pixels of one image.
pub const PIXELS: usize = SIDE * SIDE;

/// Why there is no usable data set.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("{} has neither {name} nor {name}.gz; --data wants the four IDX files of Fashion-MNIST (or MNIST)", dir.display())]
    Missing { dir: PathBuf, name: &'static str },
    #[error("cannot use {name}")]
    Idx { name: String, source: IdxError },
    #[error("{name}: images are {rows} x {columns} pixels, but must be {SIDE} x {SIDE}")]
    ImageSize { name: String, rows: usize, columns: usize },
    #[error("{name}: there is no image in it")]
    Empty { name: String },
    #[error("{name}: {images} images, but {labels} labels")]
    CountMismatch { name: String, images: usize, labels: usize },
    #[error("{name}: label {label} at position {position}, but labels go from 0 to {}", CLASSES - 1)]
    Label { name: String, position: usize, label: u8 },
}

/// Images with their labels. Pixels stay bytes: a fourth of the memory, and normalising is cheap.
#[derive(Debug)]
pub struct Dataset {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Dataset {
    /// The embedded subset of this part.
    pub fn embedded(part: Part) -> Result<Self, DataError> {
        let read = |bytes, name, axes| idx::read(bytes, axes).map_err(|source| idx_error(name, source));
        let images = read(part.embedded_images, part.images, 3)?;
        let labels = read(part.embedded_labels, part.labels, 1)?;
        Self::new(part.images.into(), images, part.labels.into(), labels)
    }

    /// This part from a folder with the distribution's file names, `.gz` or plain.
    pub fn open(dir: &Path, part: Part) -> Result<Self, DataError> {
        let (images_path, images) = open(dir, part.images, 3)?;
        let (labels_path, labels) = open(dir, part.labels, 1)?;
        Self::new(images_path, images, labels_path, labels)
    }

    fn new(images_name: String, images: Idx, labels_name: String, labels: Idx) -> Result<Self, DataError> {
        let (count, rows, columns) = (images.extents[0], images.extents[1], images.extents[2]);
        if (rows, columns) != (SIDE, SIDE) {
            return Err(DataError::ImageSize { name: images_name, rows, columns });
        }
        if count == 0 {
            return Err(DataError::Empty { name: images_name });
        }
        if labels.data.len() != count {
            return Err(DataError::CountMismatch { name: labels_name, images: count, labels: labels.data.len() });
        }
        if let Some(position) = labels.data.iter().position(|&label| usize::from(label) >= CLASSES) {
            return Err(DataError::Label { name: labels_name, position, label: labels.data[position] });
        }
        Ok(Dataset { pixels: images.data, labels: labels.data })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Keeps the first `count` images (all, where there are fewer).
    pub fn truncate(&mut self, count: usize) {
        self.labels.truncate(count);
        self.pixels.truncate(self.labels.len() * PIXELS);
    }

    /// The bytes of one image, row by row.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * PIXELS..(index + 1) * PIXELS]
    }

    /// What the image shows.
    pub fn label(&self, index: usize) -> u8 {
        self.labels[index]
    }

    /// Mean and standard deviation of all pixels, black being 0 and white 1.
    pub fn normalisation(&self) -> Normalisation {
        let mut histogram = [0u64; 256];
        for &pixel in &self.pixels {
            histogram[usize::from(pixel)] += 1;
        }
        let moment = |power: i32| -> f64 {
            let weighted = |(value, &count): (usize, &u64)| count as f64 * (value as f64 / 255.0).powi(power);
            histogram.iter().enumerate().map(weighted).sum::<f64>() / self.pixels.len() as f64
        };
        let mean = moment(1);
        // Images that are all alike have no deviation; any divisor but 0 will do then.
        let deviation = (moment(2) - mean * mean).max(0.0).sqrt();
        Normalisation { mean: mean as f32, deviation: if deviation > 1e-6 { deviation as f32 } else { 1.0 } }
    }

    /// The images at these positions, normalised, one after the other, and their labels.
    pub fn batch(&self, positions: &[usize], normalisation: Normalisation) -> (Vec<f32>, Vec<u32>) {
        let table: [f32; 256] = std::array::from_fn(|value| normalisation.apply(value as u8));
        let mut pixels = Vec::with_capacity(positions.len() * PIXELS);
        for &position in positions {
            pixels.extend(self.image(position).iter().map(|&value| table[usize::from(value)]));
        }
        (pixels, positions.iter().map(|&position| self.label(position).into()).collect())
    }
}

fn idx_error(name: impl Into<String>, source: IdxError) -> DataError {
    DataError::Idx { name: name.into(), source }
}

/// The plain file where there is one, else the compressed one.
fn open(dir: &Path, name: &'static str, axes: u8) -> Result<(String, Idx), DataError> {
    let candidates = [dir.join(name), dir.join(format!("{name}.gz"))];
    let path = candidates
        .iter()
        .find(|path| path.is_file())
        .ok_or_else(|| DataError::Missing { dir: dir.to_path_buf(), name })?;
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| idx_error(&shown, error.into()))?;
    let array = idx::read(BufReader::new(file), axes).map_err(|source| idx_error(&shown, source))?;
    Ok((shown, array))
}

/// What is done to pixels before the network sees them: `(value / 255 - mean) / deviation`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Normalisation {
    pub mean: f32,
    pub deviation: f32,
}

impl Normalisation {
    fn apply(self, value: u8) -> f32 {
        (f32::from(value) / 255.0 - self.mean) / self.deviation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn array(extents: &[usize], data: Vec<u8>) -> Idx {
        Idx { extents: extents.to_vec(), data }
    }

    fn dataset(images: Idx, labels: Vec<u8>) -> Result<Dataset, DataError> {
        Dataset::new("images".into(), images, "labels".into(), array(&[labels.len()], labels))
    }

    #[test]
    fn the_embedded_subset_is_balanced() {
        for (part, per_class) in [(fashion::TRAIN, 500), (fashion::TEST, 100)] {
            let set = Dataset::embedded(part).unwrap();
            let mut counts = [0; CLASSES];
            (0..set.len()).for_each(|index| counts[usize::from(set.label(index))] += 1);
            assert_eq!(counts, [per_class; CLASSES]);
        }
        let normalisation = Dataset::embedded(fashion::TRAIN).unwrap().normalisation();
        // The whole set has 0.2860 and 0.3530.
        assert!((normalisation.mean - 0.286).abs() < 0.005, "{normalisation:?}");
        assert!((normalisation.deviation - 0.353).abs() < 0.005, "{normalisation:?}");
    }

    #[test]
    fn mismatches_are_named() {
        let images = || array(&[2, SIDE, SIDE], vec![0; 2 * PIXELS]);
        assert_eq!(dataset(images(), vec![0, 9]).unwrap().len(), 2);
        let error = dataset(images(), vec![0, 9, 1]).unwrap_err();
        assert!(matches!(error, DataError::CountMismatch { images: 2, labels: 3, .. }), "{error}");
        let error = dataset(images(), vec![0, 10]).unwrap_err();
        assert!(matches!(error, DataError::Label { position: 1, label: 10, .. }), "{error}");
        let error = dataset(array(&[1, 14, 56], vec![0; PIXELS]), vec![0]).unwrap_err();
        assert!(matches!(error, DataError::ImageSize { rows: 14, columns: 56, .. }), "{error}");
        let error = dataset(array(&[0, SIDE, SIDE], vec![]), vec![]).unwrap_err();
        assert!(matches!(error, DataError::Empty { .. }), "{error}");
    }

    #[test]
    fn a_folder_may_mix_plain_and_compressed_files() {
        let dir = tempfile::tempdir().unwrap();
        let part = fashion::TEST;
        let error = Dataset::open(dir.path(), part).unwrap_err();
        assert!(matches!(error, DataError::Missing { .. }), "{error}");
        fs::write(dir.path().join(format!("{}.gz", part.images)), part.embedded_images).unwrap();
        let labels = idx::read(part.embedded_labels, 1).unwrap().data;
        fs::write(dir.path().join(part.labels), [&[0, 0, 8, 1, 0, 0, 3, 232], &labels[..]].concat()).unwrap();
        assert_eq!(Dataset::open(dir.path(), part).unwrap().len(), 1000);
    }

    #[test]
    fn batches_are_normalised_and_in_order() {
        let mut data = vec![0; 2 * PIXELS];
        data[PIXELS..].fill(255);
        let set = dataset(array(&[2, SIDE, SIDE], data), vec![3, 7]).unwrap();
        let normalisation = set.normalisation();
        assert_eq!(normalisation, Normalisation { mean: 0.5, deviation: 0.5 });
        let (pixels, labels) = set.batch(&[1, 0], normalisation);
        assert_eq!((pixels[0], pixels[PIXELS], &labels[..]), (1.0, -1.0, &[7, 3][..]));
        let blank = dataset(array(&[1, SIDE, SIDE], vec![9; PIXELS]), vec![0]).unwrap().normalisation();
        assert_eq!(blank.deviation, 1.0);
    }
}
