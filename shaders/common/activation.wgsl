// Activations and their derivatives: the only place in shaders where their formulae stand; src/activation.rs says them in words,
// with the bounds. ACTIVATION is what a finished sum goes through before it is stored. A constant, because a choice at run time
// would be compiled into every store. exp has no argument that is positive, so that it cannot overflow.
override ACTIVATION: u32 = 0u;

const RELU: u32 = 1u;
const LEAKY_RELU: u32 = 2u;
const SIGMOID: u32 = 3u;
const TANH: u32 = 4u;
const SILU: u32 = 5u;
const GELU: u32 = 6u;
const GELU_TANH: u32 = 7u;

// Beyond this both forms of GELU are x or 0 in f32 for finite x; their squares and cubes stay finite within.
const GELU_END: f32 = 20.0;

fn sigmoid_of(x: vec4<f32>) -> vec4<f32> {
    let small = exp(-abs(x));
    return select(small, vec4<f32>(1.0), x >= vec4<f32>(0.0)) / (1.0 + small);
}

// Near 0, where 1 - exp(-2 |x|) would lose its digits, the polynomial of Cephes' tanhf (S. L. Moshier), relative error 1e-7.
fn tanh_of(x: vec4<f32>) -> vec4<f32> {
    let small = exp(-2.0 * abs(x));
    let far = sign(x) * ((1.0 - small) / (1.0 + small));
    let z = x * x;
    let p = (((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z;
    let near = x + x * z * (p - 3.33332819422e-1);
    return select(far, near, abs(x) < vec4<f32>(0.625));
}

// erfc(|x| / sqrt(2)) = 2 (1 - Phi(|x|)), the two tails of the normal distribution: Abramowitz and Stegun 7.1.26, |error| <= 1.5e-7.
fn tails_of(x: vec4<f32>) -> vec4<f32> {
    let a = min(abs(x), vec4<f32>(GELU_END)) * 0.70710678;
    let t = 1.0 / (1.0 + 0.3275911 * a);
    let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return p * exp(-a * a);
}

// Phi, the normal distribution.
fn normal_of(x: vec4<f32>) -> vec4<f32> {
    let tail = 0.5 * tails_of(x);
    return select(tail, 1.0 - tail, x >= vec4<f32>(0.0));
}

// 2 sqrt(2 / pi) (x + 0.044715 x^3): the tanh form of GELU is x sigmoid of this.
fn gelu_argument(x: vec4<f32>) -> vec4<f32> {
    let a = clamp(x, vec4<f32>(-GELU_END), vec4<f32>(GELU_END));
    return 1.5957691 * a * (1.0 + 0.044715 * a * a);
}

fn activation_of(kind: u32, x: vec4<f32>, slope: f32) -> vec4<f32> {
    if (kind == RELU) {
        // Chosen, as max may take the number of a number and NaN.
        return select(x, vec4<f32>(0.0), x <= vec4<f32>(0.0));
    }
    if (kind == LEAKY_RELU) {
        return select(slope * x, x, x > vec4<f32>(0.0));
    }
    if (kind == SIGMOID) {
        return sigmoid_of(x);
    }
    if (kind == TANH) {
        return tanh_of(x);
    }
    if (kind == SILU) {
        return x * sigmoid_of(x);
    }
    if (kind == GELU) {
        return x * normal_of(x);
    }
    if (kind == GELU_TANH) {
        return x * sigmoid_of(gelu_argument(x));
    }
    return x;
}

// A gradient dy at an activation's output, taken to its input. `beside` is the output, or the input for those whose derivative
// is computed from that (Activation::derivative_from_output).
fn back_through(kind: u32, beside: vec4<f32>, dy: vec4<f32>, slope: f32) -> vec4<f32> {
    // Chosen, not multiplied: 0 times an infinity is no 0.
    if (kind == RELU) {
        return select(vec4<f32>(0.0), dy, beside > vec4<f32>(0.0));
    }
    if (kind == LEAKY_RELU) {
        return select(slope * dy, dy, beside > vec4<f32>(0.0));
    }
    if (kind == SIGMOID) {
        return dy * beside * (1.0 - beside);
    }
    if (kind == TANH) {
        return dy * ((1.0 - beside) * (1.0 + beside));
    }
    if (kind == SILU) {
        // 1 - sigmoid(x) is sigmoid(-x), with all its digits.
        return dy * (sigmoid_of(beside) * (1.0 + beside * sigmoid_of(-beside)));
    }
    if (kind == GELU) {
        let a = min(abs(beside), vec4<f32>(GELU_END));
        return dy * (normal_of(beside) + beside * (0.39894228 * exp(-0.5 * a * a)));
    }
    if (kind == GELU_TANH) {
        let u = gelu_argument(beside);
        let a = min(abs(beside), vec4<f32>(GELU_END));
        let rise = sigmoid_of(u) * sigmoid_of(-u) * (1.5957691 * (1.0 + 0.134145 * a * a));
        return dy * (sigmoid_of(u) + beside * rise);
    }
    return dy;
}

fn four_activated(values: vec4<f32>, slope: f32) -> vec4<f32> {
    return activation_of(ACTIVATION, values, slope);
}
