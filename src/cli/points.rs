//! The points of a deviation as CSV, a line a sample.

use safetensors::{Dtype, SafeTensors};

/// The tensors of a deviation's points, as the columns are called.
const COLUMNS: &[&str] = &["index", "x", "y", "label", "true_label", "flipped"];

/// The points that a blob of safetensors holds: the place of the sample in its source, the teacher's X and the student's Y,
/// the label, the true one, and 1 where they differ. Numbers are written so that reading them gives the same bits.
pub(super) fn to_csv(points: &[u8]) -> Result<Vec<u8>, String> {
    let tensors = SafeTensors::deserialize(points).map_err(|error| error.to_string())?;
    let columns = COLUMNS.iter().map(|name| column(&tensors, name));
    let columns: Vec<Vec<String>> = columns.collect::<Result<_, _>>()?;
    let rows = columns.first().map_or(0, Vec::len);
    if columns.iter().any(|column| column.len() != rows) {
        return Err("its tensors are not of one length".into());
    }
    let mut csv = csv::Writer::from_writer(vec![]);
    let wrong = |error: csv::Error| error.to_string();
    csv.write_record(COLUMNS).map_err(wrong)?;
    for row in 0..rows {
        let cells = columns.iter().map(|column| &column[row]);
        csv.write_record(cells).map_err(wrong)?;
    }
    csv.into_inner().map_err(|error| error.to_string())
}

fn column(tensors: &SafeTensors, name: &str) -> Result<Vec<String>, String> {
    let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
    let data = tensor.data();
    Ok(match tensor.dtype() {
        Dtype::F64 => cells(data, f64::from_le_bytes),
        Dtype::I64 => cells(data, i64::from_le_bytes),
        Dtype::U8 => data.iter().map(u8::to_string).collect(),
        other => return Err(format!("its `{name}` holds {other:?}")),
    })
}

fn cells<T: ToString>(data: &[u8], number: fn([u8; 8]) -> T) -> Vec<String> {
    let (numbers, _) = data.as_chunks();
    let numbers = numbers.iter().map(|bytes| number(*bytes).to_string());
    numbers.collect()
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::TensorView;

    use super::*;

    #[test]
    fn a_line_is_a_sample_and_its_numbers_read_as_the_same_bits() {
        let floats = |values: [f64; 2]| values.map(f64::to_le_bytes).concat();
        let ints = |values: [i64; 2]| values.map(i64::to_le_bytes).concat();
        let x = [0.1 + 0.2, -1e-300];
        let data = [
            ("index", Dtype::I64, ints([7, 3])),
            ("x", Dtype::F64, floats(x)),
            ("y", Dtype::F64, floats([-2.5, 1e22])),
            ("label", Dtype::I64, ints([4, -1])),
            ("true_label", Dtype::I64, ints([9, 1])),
            ("flipped", Dtype::U8, vec![1, 0]),
        ];
        let views = data.iter().map(|(name, dtype, bytes)| {
            let view = TensorView::new(*dtype, vec![2], bytes).expect("sound");
            (*name, view)
        });
        let blob = safetensors::serialize(views, None).expect("packed");
        let text = String::from_utf8(to_csv(&blob).expect("points")).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "index,x,y,label,true_label,flipped");
        assert_eq!(lines[1], "7,0.30000000000000004,-2.5,4,9,1");
        let read = lines[1..].iter().map(|line| line.split(',').nth(1));
        let read = read.map(|x| x.and_then(|x| x.parse::<f64>().ok()).map(f64::to_bits));
        assert_eq!(read.collect::<Vec<_>>(), x.map(|x| Some(x.to_bits())));
        assert_eq!(lines.len(), 3);
    }
}
