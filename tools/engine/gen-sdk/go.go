package main

import (
	"fmt"
	"path"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const goReadme = `The Go SDK of the Pulumi provider for Alibaba Cloud DataWorks.

` + "`go get %s`" + ` adds it to a program.
The provider itself, a plugin of Pulumi's, is installed on its own: ` + "`pip install pulumi-resource-dataworks`" + `,
or in a clone of the repository ` + "`pip install .`" + `.
`

func generateGo(pkg *schema.Package, local bool) (map[string][]byte, error) {
	if !local {
		for _, resource := range pkg.Resources {
			resource.Comment = godoc(codegen.FilterExamples(resource.Comment, "go"))
		}
		for _, function := range pkg.Functions {
			function.Comment = godoc(codegen.FilterExamples(function.Comment, "go"))
		}
	}
	generated, err := gogen.GeneratePackage("pulumi-language-go", pkg, nil)
	if err != nil || local {
		return generated, err
	}
	releaseGo(generated, pkg.Language["go"].(gogen.GoPackageInfo).ImportBasePath)
	return generated, nil
}

// releaseGo adds what the generator leaves to whoever publishes the module: a README, and a comment on each package that a
// program imports.
func releaseGo(files map[string][]byte, base string) {
	folder := path.Base(base)
	files["README.md"] = []byte(fmt.Sprintf(goReadme, base))
	files[path.Join(folder, "doc.go")] = packageDoc(folder, "is the Go SDK of the Pulumi provider for Alibaba Cloud DataWorks.")
	files[path.Join(folder, "flowspec/doc.go")] = packageDoc("flowspec", "holds the types of a FlowSpec document.")
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
