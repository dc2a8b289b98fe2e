-- Opens a file in Neovim with belay as its language server: writes what is found, edits the fault away, and writes what is found then. As one line of JSON each.
local belay, root, file, line = unpack(vim.split(vim.env.BELAY_TEST_ARGUMENTS, '\n'))

local function say(what)
  io.stdout:write(vim.json and vim.json.encode(what) or vim.fn.json_encode(what), '\n')
end

local function finish(message)
  if message then say({ error = message }) end
  vim.cmd('qall!')
end

vim.cmd('edit ' .. vim.fn.fnameescape(file))
-- start_client is what releases before 0.8 have, too.
local client = vim.lsp.start_client({ name = 'belay', cmd = { belay, 'lsp' }, root_dir = root,
  workspace_folders = { { uri = vim.uri_from_fname(root), name = 'root' } } })
if not client then return finish('the server does not start') end
vim.lsp.buf_attach_client(0, client)

local function codes()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, { code = diagnostic.code, line = diagnostic.lnum + 1, column = diagnostic.col + 1 })
  end
  return found
end

if not vim.wait(120000, function() return #codes() > 0 end, 20) then return finish('no diagnostics') end
say(codes())

local titles
vim.api.nvim_win_set_cursor(0, { tonumber(line), 3 })
vim.lsp.buf_request(0, 'textDocument/codeAction', {
  textDocument = vim.lsp.util.make_text_document_params(),
  range = vim.lsp.util.make_range_params().range,
  context = { diagnostics = {} },
}, function(_, result)
  titles = {}
  for _, action in ipairs(result or {}) do table.insert(titles, action.title) end
end)
vim.wait(120000, function() return titles ~= nil end, 20)
say(titles or {})

vim.api.nvim_buf_set_lines(0, tonumber(line) - 1, tonumber(line), false,
  { '\tdelete(names, k)', '\tC.free(unsafe.Pointer(p))' })
if not vim.wait(120000, function() return #codes() == 0 end, 20) then return finish('the diagnostics stay') end
say({ gone = true })
finish()
