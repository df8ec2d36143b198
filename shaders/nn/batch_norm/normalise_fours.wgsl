// `nn/batch_norm/normalise.wgsl` for planes of any number of elements that are less than a word each: fours.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

fn x_at(first: u32) -> Value {
    let i = elements_from(first);
    let at = four_slots(i);
    return four_elements(x[at.x], x[at.y], x[at.z], x[at.w], i);
}

fn r_at(first: u32) -> Value {
    let i = elements_from(first);
    let at = four_slots(i);
    return four_elements(r[at.x], r[at.y], r[at.z], r[at.w], i);
}
