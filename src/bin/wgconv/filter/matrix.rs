//! A matrix of numbers in a text file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A matrix of an odd number of rows and columns, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    pub values: Vec<f32>,
}

/// Why a file is no matrix that an image can be filtered with. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    #[error("it has {0} bytes, but {MOST_BYTES} are the most for a matrix")]
    TooLong(u64),
    #[error("there is no number in it")]
    Empty,
    #[error("line {line}: {word:?} is not a finite number")]
    NotANumber { line: usize, word: String },
    #[error("line {line} has {found} numbers, but the lines before have {expected}")]
    Ragged { line: usize, expected: usize, found: usize },
    #[error("it has {rows} rows of {columns} numbers, but both must be odd, so that there is one in the middle")]
    Even { rows: usize, columns: usize },
    #[error("it has {rows} rows of {columns} numbers, but at most {MOST_TAPS} of each")]
    TooManyTaps { rows: usize, columns: usize },
}

const MOST_BYTES: u64 = 1 << 20;
/// A piece of the image with its halo then stays well below what every device binds.
const MOST_TAPS: usize = 255;

/// Reads a file.
pub fn read(path: &Path) -> Result<Matrix, MatrixError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > MOST_BYTES {
        return Err(MatrixError::TooLong(length));
    }
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text)?;
    parse(&text)
}

/// A row per line, numbers between blanks, commas or semicolons; empty lines and what follows a # do not count.
fn parse(text: &str) -> Result<Matrix, MatrixError> {
    let (mut rows, mut columns, mut values) = (0, 0, Vec::new());
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or_default();
        let words = content.split([' ', '\t', ',', ';']).map(str::trim).filter(|word| !word.is_empty());
        let number = |word: &str| match word.parse::<f32>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(MatrixError::NotANumber { line, word: word.to_owned() }),
        };
        let row = words.map(number).collect::<Result<Vec<f32>, _>>()?;
        if row.is_empty() {
            continue;
        }
        if rows > 0 && row.len() != columns {
            return Err(MatrixError::Ragged { line, expected: columns, found: row.len() });
        }
        (rows, columns) = (rows + 1, row.len());
        values.extend(row);
    }
    match (rows, columns) {
        (0, _) => Err(MatrixError::Empty),
        _ if rows.max(columns) > MOST_TAPS => Err(MatrixError::TooManyTaps { rows, columns }),
        _ if rows % 2 == 0 || columns % 2 == 0 => Err(MatrixError::Even { rows, columns }),
        _ => Ok(Matrix { rows, columns, values }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_commas_and_comments() {
        let expected = Matrix { rows: 1, columns: 3, values: vec![1.0, -2.5, 1e3] };
        for text in ["1 -2.5 1e3", "\n1,-2.5,1e3\r\n\n", "# a filter\n\t1 ;  -2.5, 1000 # a row\n#"] {
            assert_eq!(parse(text).unwrap(), expected, "{text:?}");
        }
        assert_eq!(parse("1\n2\n3").unwrap(), Matrix { rows: 3, columns: 1, values: vec![1.0, 2.0, 3.0] });
    }

    #[test]
    fn what_is_no_matrix() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(message(" # nothing\n"), "there is no number in it");
        assert_eq!(message("1 2 3\n4 x 6"), "line 2: \"x\" is not a finite number");
        assert_eq!(message("1e39"), "line 1: \"1e39\" is not a finite number");
        assert_eq!(message("nan"), "line 1: \"nan\" is not a finite number");
        assert_eq!(message("1 2 3\n\n4 5"), "line 3 has 2 numbers, but the lines before have 3");
        assert!(message("1 2\n3 4").contains("2 rows of 2 numbers"));
        assert!(message(&"1\n".repeat(257)).contains("at most 255"));
    }
}
