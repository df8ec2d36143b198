//! From text to keys with their values, and looking them up.

use super::ParseError;
use super::keys::{KEYS, Key, Kind, Takes};
use crate::factor::Factor;
use crate::pool::Exponent;

/// A key that was found: where, and its values as (low, high).
pub(super) struct Entry {
    pub name: &'static str,
    /// Where the key begins.
    pub at: usize,
    /// Where its value begins.
    pub value_at: usize,
    pub values: Vec<(u32, u32)>,
    /// Of `Takes::Real`.
    pub exponent: Option<Exponent>,
}

pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub at: usize,
    pub kind: Kind,
    pub entries: Vec<Entry>,
}

pub(super) type Parsed<T> = Result<T, ParseError>;

impl Parser<'_> {
    pub fn error<T>(&self, position: usize, expected: impl Into<String>) -> Parsed<T> {
        Err(ParseError { text: self.text.to_string(), position, expected: expected.into() })
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    pub fn entry(&mut self) -> Parsed<Entry> {
        let at = self.at;
        let Some(key) = KEYS.iter().find(|key| self.rest().starts_with(key.name)) else {
            let letters: Vec<&str> = KEYS.iter().filter(|key| self.kind.has(key)).map(|key| key.name).collect();
            return self.error(at, format!("one of {}", letters.join(" ")));
        };
        if !self.kind.has(key) {
            return self.error(at, format!("no `{}` ({}) in {}", key.name, key.meaning, self.kind.name()));
        }
        if self.entries.iter().any(|entry| entry.name == key.name) {
            return self.error(at, format!("`{}` ({}) only once", key.name, key.meaning));
        }
        self.at += key.name.len();
        let value_at = self.at;
        if key.takes == Takes::Real {
            let exponent = Some(self.exponent(key)?);
            return Ok(Entry { name: key.name, at, value_at, values: Vec::new(), exponent });
        }
        let values = self.values(key)?;
        Ok(Entry { name: key.name, at, value_at, values, exponent: None })
    }

    fn exponent(&mut self, key: &Key) -> Parsed<Exponent> {
        let start = self.at;
        let length = self.rest().bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        self.at += length;
        let number = self.text[start..self.at].parse().ok();
        match number.and_then(|number| Exponent::new(number).ok()) {
            Some(exponent) => Ok(exponent),
            None => self.error(start, format!("a number of at least 1 after `{}` ({})", key.name, key.meaning)),
        }
    }

    fn values(&mut self, key: &Key) -> Parsed<Vec<(u32, u32)>> {
        let mut values = Vec::new();
        if key.takes == Takes::Nothing {
            return Ok(values);
        }
        if key.takes == Takes::Decimal {
            let bits = self.decimal(key)?.get().to_bits();
            return Ok(vec![(bits, bits)]);
        }
        loop {
            let low = self.number(key)?;
            let mut high = low;
            if key.takes == Takes::Padding && self.skip('_') {
                high = self.number(key)?;
            }
            values.push((low, high));
            if key.takes == Takes::Number || !self.skip('x') {
                return Ok(values);
            }
        }
    }

    fn skip(&mut self, separator: char) -> bool {
        let there = self.rest().starts_with(separator);
        self.at += usize::from(there);
        there
    }

    fn number(&mut self, key: &Key) -> Parsed<u32> {
        let start = self.at;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return self.error(start, format!("a number after `{}` ({})", key.name, key.meaning));
        }
        self.at += digits;
        match self.text[start..self.at].parse::<u32>() {
            Ok(0) if !matches!(key.takes, Takes::ListFromZero | Takes::Padding) => {
                self.error(start, format!("at least 1 for `{}` ({})", key.name, key.meaning))
            }
            Ok(value) => Ok(value),
            Err(_) => self.error(start, format!("a number below 2^32 for `{}` ({})", key.name, key.meaning)),
        }
    }

    /// Digits with a sign and a point, where there are any.
    fn decimal(&mut self, key: &Key) -> Parsed<Factor> {
        let start = self.at;
        let is_part = |byte: &u8| byte.is_ascii_digit() || b"-.".contains(byte);
        self.at += self.rest().bytes().take_while(is_part).count();
        let value = self.text[start..self.at].parse::<f32>().ok().and_then(|value| Factor::new(value).ok());
        match value {
            Some(value) => Ok(value),
            None => self.error(start, format!("a finite decimal number after `{}` ({})", key.name, key.meaning)),
        }
    }

    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The number of a letter, if it was given.
    pub fn optional(&self, name: &str) -> Option<u32> {
        self.find(name).and_then(|entry| entry.values.first()).map(|value| value.0)
    }

    pub fn required(&self, name: &str) -> Parsed<u32> {
        let meaning = KEYS.iter().find(|key| key.name == name).map_or("", |key| key.meaning);
        match self.optional(name) {
            Some(value) => Ok(value),
            None => self.error(self.text.len(), format!("`{name}` ({meaning})")),
        }
    }

    /// The values of a list, one for each axis.
    pub fn list(&self, name: &str, rank: usize) -> Parsed<Option<Vec<(u32, u32)>>> {
        let Some(entry) = self.find(name) else { return Ok(None) };
        match entry.values.len() {
            1 => Ok(Some(vec![entry.values[0]; rank])),
            count if count == rank => Ok(Some(entry.values.clone())),
            _ => {
                let axes = if rank == 1 { "the only axis".to_string() } else { format!("each of {rank} axes, or one") };
                self.error(entry.value_at, format!("one value for {axes}"))
            }
        }
    }

    /// The value of a key that takes a decimal number, if it was given.
    pub fn factor(&self, name: &str) -> Option<Factor> {
        self.optional(name).map(|bits| Factor::known(f32::from_bits(bits)))
    }
}
