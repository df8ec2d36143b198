use wgconv::Pass;

#[test]
fn forward_equals_the_reference() {
    super::check_catalogue(Pass::Forward, false);
}

#[test]
fn forward_with_bias_equals_the_reference() {
    super::check_catalogue(Pass::Forward, true);
}
