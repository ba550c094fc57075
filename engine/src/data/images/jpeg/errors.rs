//! What libjpeg does about errors and warnings: it gives up by unwinding, with what is broken.

use std::ffi::{c_char, c_int};
use std::mem;
use std::panic::resume_unwind;

use mozjpeg_sys::{
    J_MESSAGE_CODE, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC, jpeg_common_struct,
    jpeg_error_mgr, jpeg_std_error,
};

use crate::data::images::error::Broken;

/// What is done about coded data that is damaged: where it cannot be read, decoders make up pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaws {
    /// It is an error.
    Refused,
    /// The pixels are those that Pillow's decoder makes up.
    Kept,
}

/// Warnings that pixels are made up. Of bytes too many, which sound files have too, and of odd settings nothing is made
/// of; that a file ends too early its source notes.
const MADE_UP: [J_MESSAGE_CODE; 3] = [JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC];

/// Bytes that a message has at most, with the zero at its end (`JMSG_LENGTH_MAX`).
const MESSAGE: usize = 200;

/// Gives up with a [`Broken`] on errors, and on coded data that is damaged where that is refused. Says nothing.
pub fn giving_up(flaws: Flaws) -> jpeg_error_mgr {
    // SAFETY: all that is in it may be null, and `jpeg_std_error` fills it.
    let mut errors: jpeg_error_mgr = unsafe {
        let mut errors = mem::zeroed();
        jpeg_std_error(&mut errors);
        errors
    };
    errors.error_exit = Some(give_up);
    errors.emit_message = Some(match flaws {
        Flaws::Refused => refuse,
        Flaws::Kept => pass_over,
    });
    errors
}

extern "C-unwind" fn give_up(file: &mut jpeg_common_struct) {
    resume_unwind(Box::new(Broken::Said(message(file))))
}

extern "C-unwind" fn refuse(file: &mut jpeg_common_struct, _level: c_int) {
    // SAFETY: libjpeg calls this with the errors' manager it was given.
    let code = unsafe { (*file.err).msg_code } as J_MESSAGE_CODE;
    if MADE_UP.contains(&code) {
        let said = message(file);
        let what = said.trim_start_matches("Corrupt JPEG data: ");
        resume_unwind(Box::new(Broken::Flawed(what.to_string())))
    }
}

extern "C-unwind" fn pass_over(_file: &mut jpeg_common_struct, _level: c_int) {}

/// What libjpeg says.
fn message(file: &mut jpeg_common_struct) -> String {
    /// As it is in C: it writes into the buffer.
    type Format = unsafe extern "C-unwind" fn(&mut jpeg_common_struct, *mut c_char);
    let mut text = [0u8; MESSAGE];
    // SAFETY: the manager is the one above, which formats into so many bytes and ends them with a zero.
    unsafe {
        if let Some(format) = (*file.err).format_message {
            let format: Format = mem::transmute(format);
            format(file, text.as_mut_ptr().cast());
        }
    }
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}
