"""What a device needs to show a form without the server: questionnaires as data, and the words of the pages."""
