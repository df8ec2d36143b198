// The sums of columns_row.wgsl for rows of three taps, which have no fourth column.
alias Columns = vec3<f32>;

fn columns_of(four: vec4<f32>) -> Columns {
    return four.xyz;
}

fn four_of(columns: Columns) -> vec4<f32> {
    return vec4<f32>(columns, 0.0);
}
