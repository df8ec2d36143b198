/// Philox4x32-10: four random words, a function of a counter and a key (Salmon, Moraes, Dror and Shaw, "Parallel random numbers:
/// as easy as 1, 2, 3", 2011).
///
/// ```
/// use wgconv::reference::nn::philox;
/// assert_eq!(philox([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
/// ```
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut words, mut key) = (counter, key);
    for _ in 0..10 {
        let first = 0xd251_1f53_u64 * u64::from(words[0]);
        let second = 0xcd9e_8d57_u64 * u64::from(words[2]);
        words = [
            (second >> 32) as u32 ^ words[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ words[3] ^ key[1],
            first as u32,
        ];
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    words
}

/// `y[i] = x[i] / (1 - probability)` where the mask keeps element i, else 0, to the bit as the GPU gives it. The mask drops
/// element i where word `i % 4` of [`philox`] with the counter `[i / 4, step, 0, 0]` and the seed as its key is below
/// `probability * 2^32`. The gradient is the same function of dy.
///
/// ```
/// use wgconv::reference::nn::dropout;
/// let y = dropout(&[1.0; 1000], 0.25, 7, 1);
/// let dropped = y.iter().filter(|&&y| y == 0.0).count();
/// assert!(dropped > 200 && dropped < 300);
/// assert!(y.iter().all(|&y| y == 0.0 || y == 4.0 / 3.0));
/// ```
pub fn dropout(x: &[f32], probability: f32, seed: u64, step: u32) -> Vec<f32> {
    let scale = (1.0 / (1.0 - f64::from(probability))) as f32;
    let below = (f64::from(probability) * 4_294_967_296.0) as u64;
    let key = [seed as u32, (seed >> 32) as u32];
    let mut y = Vec::with_capacity(x.len());
    for (i, &value) in x.iter().enumerate() {
        let words = philox([(i / 4) as u32, step, 0, 0], key);
        y.push(if u64::from(words[i % 4]) < below { 0.0 } else { value * scale });
    }
    y
}
