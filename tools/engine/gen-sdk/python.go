package main

import (
	"bytes"
	"errors"
	"path"

	"github.com/BurntSushi/toml"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func generatePython(pkg *schema.Package, local bool) (map[string][]byte, error) {
	files, err := python.GeneratePackage("pulumi-language-python", pkg, nil, nil)
	if err != nil || local {
		return files, err
	}
	return files, releasePython(files)
}

// releasePython corrects what the Python generator leaves to whoever publishes the package:
//
//   - the README that pyproject.toml names lies in the import package, not beside pyproject.toml;
//   - the licence is a table, which setuptools warns of and will refuse: it is an SPDX expression now;
//   - a function that fails raises an Exception, which Pulumi shows as the last line of a long traceback.
func releasePython(files map[string][]byte) error {
	var pyproject map[string]any
	if err := toml.Unmarshal(files["pyproject.toml"], &pyproject); err != nil {
		return err
	}
	project, _ := pyproject["project"].(map[string]any)
	license, _ := project["license"].(map[string]any)
	name, _ := project["name"].(string)
	if license["text"] == nil || name == "" {
		return errors.New("the generated pyproject.toml has no name or no licence's text: has the generator changed?")
	}
	project["license"] = license["text"]
	project["license-files"] = []string{"LICENSE"}
	pyproject["build-system"] = map[string]any{
		"requires":      []string{"setuptools>=77"}, // the first that takes an SPDX expression
		"build-backend": "setuptools.build_meta",
	}
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(pyproject); err != nil {
		return err
	}
	files["pyproject.toml"] = text.Bytes()
	files["README.md"] = files[path.Join(name, "README.md")]
	return sayWhatFailed(files)
}

// pulumi.RunError is what Pulumi shows without a traceback.
const invoke = `

def invoke(tok, props, opts, typ):
    try:
        return pulumi.runtime.invoke(tok, props, opts=opts, typ=typ)
    except Exception as error:
        # Pulumi raises a bare Exception with the text of a function that failed, and other classes for the rest.
        if type(error) is not Exception:
            raise
        raise pulumi.RunError(str(error)) from error
`

// sayWhatFailed lets the functions that return a value, and no output, raise what Pulumi shows as one error.
func sayWhatFailed(files map[string][]byte) error {
	const call = "__ret__ = pulumi.runtime.invoke("
	changed := 0
	utilities := ""
	for name, text := range files {
		if path.Base(name) == "_utilities.py" {
			utilities = name
		} else if bytes.Contains(text, []byte(call)) {
			files[name] = bytes.ReplaceAll(text, []byte(call), []byte("__ret__ = _utilities.invoke("))
			changed++
		}
	}
	if changed == 0 || utilities == "" {
		return errors.New("the generated package calls no function, or has no _utilities.py: has the generator changed?")
	}
	files[utilities] = append(files[utilities], invoke...)
	return nil
}
