import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.DateData;
import org.javarosa.core.model.data.DecimalData;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.IntegerData;
import org.javarosa.core.model.data.MultipleItemsData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.services.transport.payload.ByteArrayPayload;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;

/**
 * Fills forms in with the engine of ODK Collect.
 *
 * Lines in: FORM path and, where the form has files beside it, MEDIA folder; then for each respondent SET name value
 * (values of several choices with spaces between) and END.
 * One line out for each END: FILLED, every question that was asked with what became of its answer, and what Collect
 * would send, in base 64.
 */
public final class OdkEngine {
    private static String folder;

    public static void main(String[] arguments) throws Exception {
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        ReferenceManager.instance().addReferenceFactory(new Media());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String path = null;
        Map<String, String> answers = new HashMap<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", -1);
            if (parts[0].equals("FORM")) {
                path = parts[1];
            } else if (parts[0].equals("MEDIA")) {
                folder = parts[1];
            } else if (parts[0].equals("SET")) {
                answers.put(parts[1], parts[2]);
            } else {
                fill(path, answers);
                answers.clear();
            }
        }
    }

    private static void fill(String path, Map<String, String> answers) throws Exception {
        FormDef form;
        try (InputStream stream = new FileInputStream(path)) {
            form = XFormUtils.getFormFromInputStream(stream);
        }
        form.initialize(true, new InstanceInitializationFactory());
        FormEntryModel model = new FormEntryModel(form);
        FormEntryController controller = new FormEntryController(model);
        List<String> asked = new ArrayList<>();
        for (int event = model.getEvent(); event != FormEntryController.EVENT_END_OF_FORM; event = controller.stepToNextEvent()) {
            if (event != FormEntryController.EVENT_QUESTION) {
                continue;
            }
            FormEntryPrompt prompt = model.getQuestionPrompt();
            String name = prompt.getFormElement().getBind().getReference().toString().replaceFirst(".*/", "");
            int said = controller.answerQuestion(model.getFormIndex(), answer(prompt, answers.get(name)), true);
            asked.add(name + "=" + (said == FormEntryController.ANSWER_OK ? "ok"
                : said == FormEntryController.ANSWER_CONSTRAINT_VIOLATED ? "refused" : "required"));
        }
        form.postProcessInstance();
        ByteArrayPayload payload = (ByteArrayPayload) new XFormSerializingVisitor().createSerializedPayload(form.getInstance());
        byte[] sent = payload.getPayloadStream().readAllBytes();
        System.out.println("FILLED\t" + String.join(" ", asked) + "\t" + Base64.getEncoder().encodeToString(sent));
    }

    private static IAnswerData answer(FormEntryPrompt prompt, String text) throws Exception {
        if (text == null || text.isEmpty()) {
            return null;
        }
        switch (prompt.getControlType()) {
            case Constants.CONTROL_SELECT_ONE:
                return new SelectOneData(selections(prompt, text).get(0));
            case Constants.CONTROL_SELECT_MULTI:
            case Constants.CONTROL_RANK:
                return new MultipleItemsData(selections(prompt, text));
            default:
        }
        switch (prompt.getDataType()) {
            case Constants.DATATYPE_INTEGER:
                return new IntegerData(Integer.parseInt(text));
            case Constants.DATATYPE_DECIMAL:
                return new DecimalData(Double.parseDouble(text));
            case Constants.DATATYPE_DATE:
                return new DateData(new SimpleDateFormat("yyyy-MM-dd").parse(text));
            default:
                return new StringData(text);
        }
    }

    private static List<Selection> selections(FormEntryPrompt prompt, String text) {
        List<Selection> found = new ArrayList<>();
        for (String value : text.split(" ")) {
            for (SelectChoice choice : prompt.getSelectChoices()) {
                if (choice.getValue().equals(value)) {
                    found.add(choice.selection());
                }
            }
        }
        return found;
    }

    /** Files beside the form, as Collect finds them in its media folder. */
    private static final class Media extends PrefixedRootFactory {
        Media() {
            super(new String[] {"file-csv", "file"});
        }

        @Override
        protected Reference factory(String terminal, String uri) {
            return new MediaFile(uri, new File(folder, new File(terminal).getName()));
        }
    }

    private static final class MediaFile implements Reference {
        private final String uri;
        private final File file;

        MediaFile(String uri, File file) {
            this.uri = uri;
            this.file = file;
        }

        @Override public boolean doesBinaryExist() { return file.exists(); }
        @Override public InputStream getStream() throws IOException { return new FileInputStream(file); }
        @Override public String getURI() { return uri; }
        @Override public String getLocalURI() { return file.getAbsolutePath(); }
        @Override public boolean isReadOnly() { return true; }
        @Override public OutputStream getOutputStream() { throw new UnsupportedOperationException(); }
        @Override public void remove() { throw new UnsupportedOperationException(); }
        @Override public Reference[] probeAlternativeReferences() { return new Reference[0]; }
    }
}
