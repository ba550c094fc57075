vim.filetype.add({ extension = { kdp = "kdp" } })
