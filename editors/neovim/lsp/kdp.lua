-- `kdp lsp` for Neovim 0.11 and later, which finds this file in its runtime path.
return {
  cmd = { "kdp", "lsp" },
  filetypes = { "kdp" },
  root_markers = { "kdp.toml", ".git" },
}
