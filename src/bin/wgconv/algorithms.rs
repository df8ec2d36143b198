//! What `--algorithm` knows, in every subcommand that has it.

use anyhow::{Result, bail};
use wgconv::{Algorithm, Strategy};

/// An algorithm as the command line names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub name: String,
    pub strategy: Strategy,
}

/// Those that there are; `all` is all but the first.
fn choices() -> Vec<Choice> {
    let fixed = |algorithm: &Algorithm| Choice { name: algorithm.to_string(), strategy: Strategy::Fixed(*algorithm) };
    let auto = Choice { name: "auto".to_owned(), strategy: Strategy::Auto };
    std::iter::once(auto).chain(Algorithm::ALL.iter().map(fixed)).collect()
}

/// Those that were named, each once, in the order of their names.
///
/// # Errors
/// A name that nobody knows, with those that are known.
pub fn parse(wanted: &[String]) -> Result<Vec<Choice>> {
    let known = choices();
    let mut chosen: Vec<Choice> = Vec::new();
    for name in wanted {
        let is_meant = |choice: &&Choice| match name.as_str() {
            "all" => choice.strategy != Strategy::Auto,
            name => choice.name == name,
        };
        let mut meant: Vec<Choice> = known.iter().filter(is_meant).cloned().collect();
        if let (true, Ok(strategy)) = (meant.is_empty(), name.parse::<Strategy>()) {
            // A tile, of which there are too many to list.
            meant.push(Choice { name: strategy.to_string(), strategy });
        }
        if meant.is_empty() {
            let known: Vec<&str> = known.iter().map(|choice| choice.name.as_str()).collect();
            bail!("--algorithm {name:?} is unknown; there are {}, and all", known.join(", "));
        }
        // `direct,all` asks for nothing twice.
        chosen.extend(meant.into_iter().filter(|choice| !chosen.contains(choice)).collect::<Vec<_>>());
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(wanted: &[&str]) -> Result<Vec<String>> {
        let wanted: Vec<String> = wanted.iter().map(|name| name.to_string()).collect();
        Ok(parse(&wanted)?.into_iter().map(|choice| choice.name).collect())
    }

    #[test]
    fn names_are_found_once_and_unknown_ones_list_the_known() {
        assert_eq!(names(&["auto", "direct"]).unwrap(), ["auto", "direct"]);
        assert_eq!(names(&["tiled:64x64"]).unwrap(), ["tiled:64x64"]);
        assert_eq!(names(&["all"]).unwrap().len(), Algorithm::ALL.len());
        assert_eq!(names(&["direct", "all", "direct"]).unwrap().len(), Algorithm::ALL.len());
        let error = names(&["fft"]).unwrap_err().to_string();
        assert!(error.contains("\"fft\" is unknown; there are auto, direct"), "{error}");
    }
}
