//! The library's catalogue of shapes, by operator, and cases from their text.

use wgconv::case::{Case, ConvCase, ConvTransposeCase, PoolCase, catalogue};
use wgconv::{ElementType, PoolKind};

/// The averages of the catalogue.
pub const AVERAGES: [PoolKind; 3] = [
    PoolKind::Average { count_include_pad: true, divisor: None },
    PoolKind::Average { count_include_pad: false, divisor: None },
    PoolKind::Average { count_include_pad: true, divisor: Some(5) },
];

/// A convolution from its text.
pub fn conv(text: &str) -> ConvCase {
    match text.parse().unwrap_or_else(|error| panic!("{error}")) {
        Case::Conv(case) => case,
        _ => panic!("{text} is no convolution"),
    }
}

/// A transposed convolution from its text.
pub fn conv_transpose(text: &str) -> ConvTransposeCase {
    match text.parse().unwrap_or_else(|error| panic!("{error}")) {
        Case::ConvTranspose(case) => case,
        _ => panic!("{text} is no transposed convolution"),
    }
}

/// A pooling from its text.
pub fn pool(text: &str) -> PoolCase {
    match text.parse().unwrap_or_else(|error| panic!("{error}")) {
        Case::Pool(case) => case,
        _ => panic!("{text} is no pooling"),
    }
}

/// All of them, or what `WGCONV_CATALOGUE=FIRST/STEP` says: each STEP-th from the FIRST on, for drivers that compile slowly.
pub fn part<T>(cases: Vec<T>) -> Vec<T> {
    let Ok(part) = std::env::var("WGCONV_CATALOGUE") else { return cases };
    let numbers = part.split_once('/').map(|(first, step)| (first.parse(), step.parse()));
    let Some((Ok(first), Ok(step))) = numbers else { panic!("WGCONV_CATALOGUE is FIRST/STEP, not {part}") };
    cases.into_iter().skip(first).step_by(step).collect()
}

/// Convolutions of f32, with a name each.
pub fn convolutions() -> Vec<(&'static str, ConvCase)> {
    let convolution = |case: &Case| match case {
        Case::Conv(case) if case.element == ElementType::F32 => Some(case.clone()),
        _ => None,
    };
    let cases: Vec<_> = catalogue().rows.iter().filter_map(|row| Some((row.name, convolution(&row.case)?))).collect();
    assert!(cases.len() >= 22);
    part(cases)
}

/// Transposed convolutions of f32, with a name each.
pub fn transposed() -> Vec<(&'static str, ConvTransposeCase)> {
    let transposed = |case: &Case| match case {
        Case::ConvTranspose(case) if case.element == ElementType::F32 => Some(case.clone()),
        _ => None,
    };
    let cases: Vec<_> = catalogue().rows.iter().filter_map(|row| Some((row.name, transposed(&row.case)?))).collect();
    assert!(cases.len() >= 14);
    part(cases)
}

/// Poolings of a kind, each in floor and in ceil mode, with a name each.
pub fn poolings(kind: PoolKind) -> Vec<(&'static str, PoolCase)> {
    let of_kind = |case: &Case| match case {
        Case::Pool(case) if case.kind == kind => Some(case.clone()),
        _ => None,
    };
    let cases: Vec<_> = catalogue().rows.iter().filter_map(|row| Some((row.name, of_kind(&row.case)?))).collect();
    assert!(cases.len() >= 20);
    part(cases)
}

/// Poolings that take norms, with a name each.
pub fn norms() -> Vec<(&'static str, PoolCase)> {
    let is_norm = |case: &Case| match case {
        Case::Pool(case) if matches!(case.kind, PoolKind::Lp { .. }) => Some(case.clone()),
        _ => None,
    };
    catalogue().rows.iter().filter_map(|row| Some((row.name, is_norm(&row.case)?))).collect()
}
