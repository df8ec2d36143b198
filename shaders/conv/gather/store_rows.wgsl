// Four rows of a block one by one.
fn store_four(
    place: Place,
    row: u32,
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
) {
    store_row(place, row, first, 0.0);
    store_row(place, row + 1u, second, 0.0);
    store_row(place, row + 2u, third, 0.0);
    store_row(place, row + 3u, fourth, 0.0);
}
