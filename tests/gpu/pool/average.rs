use super::{check_average, check_catalogue};
use crate::support::catalogue::AVERAGES;

#[test]
fn average_pooling_equals_the_reference() {
    for kind in AVERAGES {
        check_catalogue(kind, check_average);
    }
}
