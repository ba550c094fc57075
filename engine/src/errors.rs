//! libtorch's errors, cut down to what they say.

/// Where libtorch's own C++ stack begins in its messages, and where it begins in a panic's, which
/// shows the message with its line ends written out.
const STACKS: [&str; 2] = ["\nException raised from", "\\nException raised from"];

/// A message without the C++ stack behind it.
pub fn cut(message: &str) -> &str {
    let ends = STACKS.iter().filter_map(|stack| message.find(stack));
    message[..ends.min().unwrap_or(message.len())].trim_end()
}

/// What an error says, without the C++ stack behind it.
pub fn plain(error: &tch::TchError) -> String {
    match error {
        tch::TchError::Torch(message) | tch::TchError::Shape(message) => cut(message).to_string(),
        other => cut(&other.to_string()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use tch::Tensor;

    #[test]
    fn an_error_of_libtorch_is_one_plain_line() {
        let error = Tensor::from_slice(&[1.0, 2.0])
            .f_matmul(&Tensor::from_slice(&[1.0, 2.0, 3.0]))
            .expect_err("these do not fit");
        let text = super::plain(&error);
        assert!(text.contains("size"), "{text}");
        assert!(!text.contains("Exception raised"), "{text}");
        assert!(!text.contains(".cpp"), "{text}");

        let panicked = format!("on an `Err` value: {error:?}");
        assert!(panicked.contains("Exception raised"), "{panicked}");
        assert!(!super::cut(&panicked).contains("Exception raised"));
    }
}
