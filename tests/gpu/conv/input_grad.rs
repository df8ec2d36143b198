use wgconv::Pass;

#[test]
fn input_grad_equals_the_reference() {
    super::check_catalogue(Pass::InputGrad, false);
}
