use super::{check_average, check_catalogue};
use crate::support::case::Kind;

#[test]
fn average_pooling_equals_the_reference() {
    for kind in Kind::AVERAGES {
        check_catalogue(kind, check_average);
    }
}
