package main

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const goReadme = `The Go SDK of the Pulumi provider for Alibaba Cloud DataWorks.

` + "`go get %s`" + ` adds it to a program.
The provider itself, a plugin of Pulumi's, is installed on its own: ` + "`pip install pulumi-resource-dataworks`" + `.
`

func generateGo(pkg *schema.Package) (map[string][]byte, error) {
	for _, resource := range pkg.Resources {
		resource.Comment = godoc(codegen.FilterExamples(resource.Comment, "go"))
	}
	generated, err := gogen.GeneratePackage("pulumi-language-go", pkg, nil)
	if err != nil {
		return nil, err
	}
	return releaseGo(generated, pkg)
}

// releaseGo makes the folder a module that can be published, which the generator leaves to others:
//
//   - the module's root is the package's folder, so that what is imported is what is got;
//   - imports that nothing uses are dropped: of a property that is text or an object, the generator imports the
//     object's package and then types the property as pulumi.Input;
//   - each package that a program imports has a comment.
func releaseGo(generated map[string][]byte, pkg *schema.Package) (map[string][]byte, error) {
	base := pkg.Language["go"].(gogen.GoPackageInfo).ImportBasePath
	files := map[string][]byte{
		"README.md":       []byte(fmt.Sprintf(goReadme, base)),
		"flowspec/doc.go": packageDoc("flowspec", "holds the types of a FlowSpec document."),
	}
	for name, content := range generated {
		name = strings.TrimPrefix(name, path.Base(base)+"/")
		if path.Ext(name) == ".go" {
			var err error
			if content, err = withoutUnusedImports(content, base); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		files[name] = content
	}
	files["doc.go"] = packageDoc("dataworks", "is the Go SDK of the Pulumi provider for Alibaba Cloud DataWorks.")
	return files, nil
}

// withoutUnusedImports drops the imports of our own packages that the file does not use.
func withoutUnusedImports(text []byte, base string) ([]byte, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, 0)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok {
				used[name.Name] = true
			}
		}
		return true
	})
	kept := string(text)
	for _, imported := range file.Imports {
		name := strings.Trim(imported.Path.Value, `"`)
		if strings.HasPrefix(name, base+"/") && !used[path.Base(name)] {
			kept = strings.Replace(kept, "\t"+imported.Path.Value+"\n", "", 1)
		}
	}
	return format.Source([]byte(kept))
}

// godoc writes Markdown's headings and code as Go's documentation has them. It comes before the generator, which
// formats comments: of code between fences it would take some lines for text.
func godoc(markdown string) string {
	lines, code := strings.Split(markdown, "\n"), false
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "```"):
			lines[i], code = "", !code
		case code && line != "":
			lines[i] = "\t" + line
		case strings.HasPrefix(line, "## "):
			lines[i] = line[1:]
		}
	}
	return strings.Join(lines, "\n")
}

func packageDoc(name, says string) []byte {
	return []byte(fmt.Sprintf("// Package %s %s\npackage %s\n", name, says, name))
}
