// The columns of a row of three taps (row_of_taps.wgsl).
alias Columns = vec3<f32>;

fn store_row(place: Place, row: u32, sums: Columns) {
    if (row >= place.rows || place.count == 0u) {
        return;
    }
    let at = place.first + vec4<u32>(row * place.apart);
    store_one(at.x, sums.x);
    store_one(at.y, sums.y);
    store_one(at.z, sums.z);
}
