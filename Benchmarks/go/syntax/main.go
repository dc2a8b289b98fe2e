// Command syntax prints what Go's own parser sees, for a comparison with Belay's parser.
//
// It reads paths from standard input. For each it prints `accepted HASH PATH` or `rejected - PATH`, where HASH is that of the
// canonical dump of the file's tree: kinds, offsets, operators and children of all nodes, and the starts of the comments.
// With -full it prints the dumps themselves. `belay-bench syntax` prints the same for Belay's tree.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"os"
	"strconv"
)

func main() {
	full := flag.Bool("full", false, "print the dumps")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		path := lines.Text()
		files := token.NewFileSet()
		tree, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			fmt.Fprintf(out, "rejected - %s\n", path)
			if *full {
				fmt.Fprintf(out, "%v\n", err)
			}
			continue
		}
		endLabels(tree)
		dump := dumper{file: files.File(tree.Package)}
		dump.tree(tree)
		hash := fnv.New64a()
		hash.Write(dump.out.Bytes())
		fmt.Fprintf(out, "accepted %016x %s\n", hash.Sum64(), path)
		if *full {
			out.Write(dump.out.Bytes())
		}
	}
}

// endLabels makes a label without a statement end behind its colon, and not at the brace that follows.
func endLabels(tree *ast.File) {
	ast.Inspect(tree, func(node ast.Node) bool {
		if label, ok := node.(*ast.LabeledStmt); ok {
			if empty, ok := label.Stmt.(*ast.EmptyStmt); ok && empty.Implicit {
				empty.Semicolon = label.Colon + 1
			}
		}
		return true
	})
}

type dumper struct {
	file *token.File
	out  bytes.Buffer
}

func (d *dumper) number(position token.Pos) {
	d.out.Write(strconv.AppendInt(d.out.AvailableBuffer(), int64(position)-int64(d.file.Base()), 10))
}

func (d *dumper) tree(tree *ast.File) {
	d.node(tree.Name)
	for _, declaration := range tree.Decls {
		d.out.WriteByte('\n')
		d.node(declaration)
	}
	d.out.WriteString("\ncomments")
	for _, group := range tree.Comments {
		for _, comment := range group.List {
			d.out.WriteByte(' ')
			d.number(comment.Pos())
		}
	}
	d.out.WriteByte('\n')
}

// open starts a node; the caller writes the children and calls close.
func (d *dumper) open(kind string, start, end token.Pos) {
	d.out.WriteByte('(')
	d.out.WriteString(kind)
	d.out.WriteByte('@')
	d.number(start)
	d.out.WriteByte('-')
	d.number(end)
}

func (d *dumper) close() { d.out.WriteByte(')') }

func (d *dumper) mark(text string) {
	d.out.WriteByte(' ')
	d.out.WriteString(text)
}

func (d *dumper) child(node ast.Node) {
	d.out.WriteByte(' ')
	d.node(node)
}

func (d *dumper) none() { d.out.WriteString(" _") }

// expression writes a child that may be absent.
func (d *dumper) expression(node ast.Expr) {
	if node == nil {
		d.none()
	} else {
		d.child(node)
	}
}

func (d *dumper) statement(node ast.Stmt) {
	if node == nil {
		d.none()
	} else {
		d.child(node)
	}
}

func (d *dumper) name(node *ast.Ident) {
	if node == nil {
		d.none()
	} else {
		d.child(node)
	}
}

func (d *dumper) literal(node *ast.BasicLit) {
	if node == nil {
		d.none()
	} else {
		d.child(node)
	}
}

func list[T ast.Node](d *dumper, nodes []T) {
	d.out.WriteString(" [")
	for index, node := range nodes {
		if index > 0 {
			d.out.WriteByte(' ')
		}
		d.node(node)
	}
	d.out.WriteByte(']')
}

func (d *dumper) fields(fields *ast.FieldList) {
	if fields == nil {
		d.out.WriteString(" []")
	} else {
		list(d, fields.List)
	}
}

func (d *dumper) signature(kind *ast.FuncType, start token.Pos) {
	d.open("functionType", start, kind.End())
	d.fields(kind.TypeParams)
	d.fields(kind.Params)
	d.fields(kind.Results)
	d.close()
}

var literals = map[token.Token]string{
	token.INT: "int", token.FLOAT: "float", token.IMAG: "imaginary", token.CHAR: "char", token.STRING: "string",
}

func (d *dumper) node(node ast.Node) {
	switch n := node.(type) {
	case *ast.Ident:
		d.open("identifier", n.Pos(), n.End())
		if n.Name == "." {
			d.mark(".")
		} else {
			d.mark(n.Name)
		}
	case *ast.BasicLit:
		d.open("basicLiteral", n.Pos(), n.End())
		d.mark(literals[n.Kind])
	case *ast.CompositeLit:
		d.open("compositeLiteral", n.Pos(), n.End())
		d.expression(n.Type)
		list(d, n.Elts)
	case *ast.KeyValueExpr:
		d.open("keyValue", n.Pos(), n.End())
		d.child(n.Key)
		d.child(n.Value)
	case *ast.FuncLit:
		d.open("functionLiteral", n.Pos(), n.End())
		d.child(n.Type)
		d.child(n.Body)
	case *ast.ParenExpr:
		d.open("parenthesized", n.Pos(), n.End())
		d.child(n.X)
	case *ast.SelectorExpr:
		d.open("selector", n.Pos(), n.End())
		d.child(n.X)
		d.child(n.Sel)
	case *ast.IndexExpr:
		d.open("index", n.Pos(), n.End())
		d.child(n.X)
		list(d, []ast.Expr{n.Index})
	case *ast.IndexListExpr:
		d.open("index", n.Pos(), n.End())
		d.child(n.X)
		list(d, n.Indices)
	case *ast.SliceExpr:
		d.open("slice", n.Pos(), n.End())
		d.child(n.X)
		d.expression(n.Low)
		d.expression(n.High)
		d.expression(n.Max)
		if n.Slice3 {
			d.mark("threeIndex")
		}
	case *ast.TypeAssertExpr:
		d.open("typeAssertion", n.Pos(), n.End())
		d.child(n.X)
		d.expression(n.Type)
	case *ast.CallExpr:
		d.open("call", n.Pos(), n.End())
		d.child(n.Fun)
		list(d, n.Args)
		if n.Ellipsis.IsValid() {
			d.mark("...")
		}
	case *ast.StarExpr:
		d.open("star", n.Pos(), n.End())
		d.child(n.X)
	case *ast.UnaryExpr:
		d.open("unary", n.Pos(), n.End())
		d.mark(n.Op.String())
		d.child(n.X)
	case *ast.BinaryExpr:
		d.open("binary", n.Pos(), n.End())
		d.mark(n.Op.String())
		d.child(n.X)
		d.child(n.Y)
	case *ast.Ellipsis:
		d.open("ellipsis", n.Pos(), n.End())
		d.expression(n.Elt)
	case *ast.ArrayType:
		d.open("arrayType", n.Pos(), n.End())
		d.expression(n.Len)
		d.child(n.Elt)
	case *ast.StructType:
		d.open("structType", n.Pos(), n.End())
		d.fields(n.Fields)
	case *ast.Field:
		d.open("field", n.Pos(), n.End())
		list(d, n.Names)
		d.expression(n.Type)
		d.literal(n.Tag)
	case *ast.FuncType:
		start := n.Pos()
		d.signature(n, start)
		return
	case *ast.InterfaceType:
		d.open("interfaceType", n.Pos(), n.End())
		d.fields(n.Methods)
	case *ast.MapType:
		d.open("mapType", n.Pos(), n.End())
		d.child(n.Key)
		d.child(n.Value)
	case *ast.ChanType:
		d.open("channelType", n.Pos(), n.End())
		switch n.Dir {
		case ast.SEND:
			d.mark("send")
		case ast.RECV:
			d.mark("receive")
		}
		d.child(n.Value)

	case *ast.DeclStmt:
		d.open("declarationStatement", n.Pos(), n.End())
		d.child(n.Decl)
	case *ast.EmptyStmt:
		d.out.WriteString("(emptyStatement")
	case *ast.LabeledStmt:
		d.open("labeledStatement", n.Pos(), n.End())
		d.child(n.Label)
		d.child(n.Stmt)
	case *ast.ExprStmt:
		d.open("expressionStatement", n.Pos(), n.End())
		d.child(n.X)
	case *ast.SendStmt:
		d.open("sendStatement", n.Pos(), n.End())
		d.child(n.Chan)
		d.child(n.Value)
	case *ast.IncDecStmt:
		d.open("incDecStatement", n.Pos(), n.End())
		d.mark(n.Tok.String())
		d.child(n.X)
	case *ast.AssignStmt:
		d.open("assignStatement", n.Pos(), n.End())
		d.mark(n.Tok.String())
		list(d, n.Lhs)
		list(d, n.Rhs)
	case *ast.GoStmt:
		d.open("goStatement", n.Pos(), n.End())
		d.child(n.Call)
	case *ast.DeferStmt:
		d.open("deferStatement", n.Pos(), n.End())
		d.child(n.Call)
	case *ast.ReturnStmt:
		d.open("returnStatement", n.Pos(), n.End())
		list(d, n.Results)
	case *ast.BranchStmt:
		d.open("branchStatement", n.Pos(), n.End())
		d.mark(n.Tok.String())
		d.name(n.Label)
	case *ast.BlockStmt:
		d.open("block", n.Pos(), n.End())
		list(d, n.List)
	case *ast.IfStmt:
		d.open("ifStatement", n.Pos(), n.End())
		d.statement(n.Init)
		d.child(n.Cond)
		d.child(n.Body)
		d.statement(n.Else)
	case *ast.CaseClause:
		d.open("caseClause", n.Pos(), n.End())
		list(d, n.List)
		list(d, n.Body)
	case *ast.SwitchStmt:
		d.open("switchStatement", n.Pos(), n.End())
		d.statement(n.Init)
		d.expression(n.Tag)
		list(d, n.Body.List)
	case *ast.TypeSwitchStmt:
		d.open("typeSwitchStatement", n.Pos(), n.End())
		d.statement(n.Init)
		switch guard := n.Assign.(type) {
		case *ast.AssignStmt:
			d.child(guard.Lhs[0])
			d.child(guard.Rhs[0].(*ast.TypeAssertExpr).X)
		case *ast.ExprStmt:
			d.none()
			d.child(guard.X.(*ast.TypeAssertExpr).X)
		}
		list(d, n.Body.List)
	case *ast.CommClause:
		d.open("communicationClause", n.Pos(), n.End())
		d.statement(n.Comm)
		list(d, n.Body)
	case *ast.SelectStmt:
		d.open("selectStatement", n.Pos(), n.End())
		list(d, n.Body.List)
	case *ast.ForStmt:
		d.open("forStatement", n.Pos(), n.End())
		d.statement(n.Init)
		d.expression(n.Cond)
		d.statement(n.Post)
		d.child(n.Body)
	case *ast.RangeStmt:
		d.open("rangeStatement", n.Pos(), n.End())
		if n.Tok != token.ILLEGAL {
			d.mark(n.Tok.String())
		}
		d.expression(n.Key)
		d.expression(n.Value)
		d.child(n.X)
		d.child(n.Body)

	case *ast.GenDecl:
		d.open("genericDeclaration", n.Pos(), n.End())
		d.mark(n.Tok.String())
		if n.Lparen.IsValid() {
			d.mark("parenthesized")
		}
		list(d, n.Specs)
	case *ast.ImportSpec:
		d.open("importSpec", n.Pos(), n.End())
		d.name(n.Name)
		d.child(n.Path)
	case *ast.ValueSpec:
		d.open("valueSpec", n.Pos(), n.End())
		list(d, n.Names)
		d.expression(n.Type)
		list(d, n.Values)
	case *ast.TypeSpec:
		d.open("typeSpec", n.Pos(), n.End())
		if n.Assign.IsValid() {
			d.mark("alias")
		}
		d.child(n.Name)
		d.fields(n.TypeParams)
		d.child(n.Type)
	case *ast.FuncDecl:
		d.open("functionDeclaration", n.Pos(), n.End())
		d.fields(n.Recv)
		d.child(n.Name)
		d.out.WriteByte(' ')
		start := n.Type.Params.Pos()
		if n.Type.TypeParams != nil {
			start = n.Type.TypeParams.Pos()
		}
		d.signature(n.Type, start)
		if n.Body == nil {
			d.none()
		} else {
			d.child(n.Body)
		}
	default:
		panic(fmt.Sprintf("%T", node))
	}
	d.close()
}
