// The sums of columns_row.wgsl for rows of four taps and more, first those of the first four columns.
alias Columns = vec4<f32>;

fn columns_of(four: vec4<f32>) -> Columns {
    return four;
}

fn four_of(columns: Columns) -> vec4<f32> {
    return columns;
}
