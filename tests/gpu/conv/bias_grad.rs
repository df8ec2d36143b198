use wgconv::Pass;

#[test]
fn bias_grad_equals_the_reference() {
    super::check_catalogue(Pass::BiasGrad, false);
}
