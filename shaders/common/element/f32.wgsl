// How a kernel reads the tensors that it is given, here of f32: element i of x is element(x[slot(i)], i), whatever the type. The
// specialiser puts another file of this folder in this one's place for another type. Index arithmetic is u32 in all of them.
alias Element = f32;
// Four neighbouring elements as one entry, for arrays of whole fours.
alias ElementQuad = vec4<f32>;

// The entry of an array that holds an element.
fn slot(i: u32) -> u32 {
    return i;
}

fn four_slots(i: vec4<u32>) -> vec4<u32> {
    return i;
}

fn element(entry: Element, i: u32) -> f32 {
    return entry;
}

fn four_elements(a: Element, b: Element, c: Element, d: Element, i: vec4<u32>) -> vec4<f32> {
    return vec4<f32>(a, b, c, d);
}

fn element_quad(entry: ElementQuad) -> vec4<f32> {
    return entry;
}
