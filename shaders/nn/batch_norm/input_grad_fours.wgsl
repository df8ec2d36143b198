// `nn/batch_norm/input_grad.wgsl` for planes of any number of elements that are less than a word each: fours.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

fn x_at(first: u32) -> Value {
    let i = elements_from(first);
    let at = four_slots(i);
    return four_elements(x[at.x], x[at.y], x[at.z], x[at.w], i);
}

fn dy_at(first: u32) -> Value {
    let i = elements_from(first);
    let at = four_slots(i);
    return four_elements(dy[at.x], dy[at.y], dy[at.z], dy[at.w], i);
}

fn y_at(first: u32) -> Value {
    let i = elements_from(first);
    let at = four_slots(i);
    return four_elements(y[at.x], y[at.y], y[at.z], y[at.w], i);
}
